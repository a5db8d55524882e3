import { describe, expect, it } from "vitest";
import { seedsNeeded } from "../../src/analysis/seeds-needed.ts";
import { seedsText } from "../../src/results/terminal/seeds-text.ts";
import { diverged } from "../support/example-study.ts";
import { regressionRow, resultRow } from "../support/result-rows.ts";

const rule = { until: 0.2, atLeast: 3, atMost: 20 };

/** One point, these accuracies in percent by seed. */
const rows = (accuracies: readonly number[], method = "global-magnitude") =>
  accuracies.map((accuracy, seed) => resultRow({ method, seed, accuracy: accuracy / 100 }));

describe("seedsNeeded", () => {
  it("is done once every interval is narrow enough, or with the most seeds", () => {
    expect(seedsNeeded(rows([97.9, 98, 98.1]), { ...rule, until: 0.3 }).seeds).toBe(3);
    expect(seedsNeeded(rows([90, 98, 94]), { ...rule, atMost: 3 }).seeds).toBe(3);
    // One wide interval is enough to go on.
    const both = [...rows([97.9, 98, 98.1]), ...rows([90, 98, 94], "other")];
    expect(seedsNeeded(both, { ...rule, until: 0.3 })).toMatchObject({
      seeds: 6,
      widest: { method: "other", sparsity: 0.5 },
    });
  });

  it("adds as many as the spread asks for, at least one and at most as many as there are", () => {
    // Deviation 0.1: half of 3 seeds 4.3027 x 0.1 / sqrt(3) = 0.248; of 4 3.1824 x 0.1 / 2 = 0.159.
    expect(seedsNeeded(rows([97.9, 98, 98.1]), rule).seeds).toBe(4);
    // Of 5 2.7764 x 0.1 / sqrt(5) = 0.124, of 6 2.5706 x 0.1 / sqrt(6) = 0.105.
    expect(seedsNeeded(rows([97.9, 98, 98.1]), { ...rule, until: 0.125 }).seeds).toBe(5);
    expect(seedsNeeded(rows([97.9, 98, 98.1]), { ...rule, until: 0.001 }).seeds).toBe(6);
    expect(seedsNeeded(rows([97.9, 98, 98.1]), { ...rule, until: 0.001, atMost: 5 }).seeds).toBe(5);
  });

  it("goes on where a single run counts, and not for what no run has measured", () => {
    const [first, ...others] = rows([97.9, 98, 98.1]);
    expect(
      seedsNeeded([...others, ...[first].flatMap((row) => (row ? [diverged(row)] : []))], rule),
    ).toMatchObject({
      seeds: 4,
    });
    const alone = [
      ...rows([98, 98, 98]),
      ...rows([98, 97, 96], "other").map((row, i) => (i > 0 ? diverged(row) : row)),
    ];
    expect(seedsNeeded(alone, rule)).toMatchObject({ seeds: 6, widest: { half: Number.POSITIVE_INFINITY } });
    const none = [...rows([98, 98, 98]), ...rows([98, 97, 96], "other").map(diverged)];
    expect(seedsNeeded(none, rule).seeds).toBe(3);
  });

  it("takes the loss of a regression", () => {
    const losses = [0.1, 0.2, 0.3].map((loss, seed) => regressionRow({ seed, loss }));
    expect(seedsNeeded(losses, { ...rule, until: 0.2 }).seeds).toBeGreaterThan(3);
    expect(seedsNeeded(losses, { ...rule, until: 2 }).seeds).toBe(3);
  });
});

describe("seedsText", () => {
  const text = (of: ReturnType<typeof rows>, changes = {}) => {
    const asked = { ...rule, ...changes };
    return seedsText(of, asked, seedsNeeded(of, asked));
  };

  it("says what is widest, and what follows", () => {
    const three = rows([97.9, 98, 98.1]);
    expect(text(three)).toMatch(
      /^3 seeds: the widest 95% interval, of global-magnitude at 50% pruned, is ±0\.25; 1 seed more, since seeds\.until is 0\.2\.$/,
    );
    expect(text(three, { until: 0.5 })).toMatch(/; no more are needed\.$/);
    expect(text(three, { atMost: 3 })).toMatch(/; no more are run, since seeds\.atMost is 3\.$/);
  });
});
