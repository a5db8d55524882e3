import { describe, expect, it } from "vitest";
import { leaders } from "../../src/analysis/leaders.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { loss } from "../../src/metrics/loss.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { resultRow } from "../support/result-rows.ts";

/** A row a seed with these accuracies. */
const rows = (method: string, accuracies: readonly number[], changes: Partial<ResultRow> = {}) =>
  accuracies.map((accuracy, seed) => resultRow({ method, seed, accuracy, loss: 1 - accuracy, ...changes }));

const good = [0.97, 0.971, 0.969];
const close = [0.9699, 0.9705, 0.9692];
const bad = [0.9, 0.901, 0.899];

describe("leaders", () => {
  it("has the best mean at each sparsity, and what the seeds do not tell from it", () => {
    const found = leaders(
      [
        ...rows("a", bad),
        ...rows("b", good),
        ...rows("c", close),
        ...rows("a", good, { target_sparsity: 0.3 }),
        ...rows("b", bad, { target_sparsity: 0.3 }),
      ],
      accuracy,
    );
    expect(found.map(({ sparsity, best, alike, behind }) => [sparsity, best.method, alike, behind])).toEqual([
      [0.3, "a", [], 1],
      [0.5, "b", ["c"], 1],
    ]);
  });

  it("takes the lowest loss, where that is the measure", () => {
    const [found] = leaders([...rows("a", bad), ...rows("b", good)], loss);
    expect(found?.best.method).toBe("b");
  });

  it("tells nothing apart by one seed", () => {
    const [found] = leaders([...rows("a", [0.9]), ...rows("b", [0.97])], accuracy);
    expect(found).toMatchObject({ alike: ["a"], behind: 0 });
  });

  it("leaves out controls, the dense control, what diverged, and methods that are alone", () => {
    const measures = { accuracy: null, loss: null, status: "diverged" } as const;
    expect(
      leaders(
        [
          ...rows("a", good),
          ...rows("a-shuffled", bad, { control: "shuffled", control_of: "a" }),
          ...rows("b", [0, 0], measures),
          ...rows("a", good, { target_sparsity: 0 }),
          ...rows("b", good, { target_sparsity: 0 }),
        ],
        accuracy,
      ),
    ).toEqual([]);
  });
});
