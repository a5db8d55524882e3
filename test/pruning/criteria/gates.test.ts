import { describe, expect, test } from "vitest";
import type { Parameters } from "../../../src/network/parameters.ts";
import { l0 } from "../../../src/pruning/criteria/l0.ts";
import { learnedMask } from "../../../src/pruning/criteria/learned-mask.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

const learning = { steps: 100, batchSize: 4, examples: 4, learningRate: 0.05 };
const [helpful, harmful, useless, pruned] = [1, -1, 0.5, 0];
const weights = values([helpful, harmful, useless, pruned, helpful, harmful], [helpful, harmful]);

/** The more of a helpful weight (above 0) gets through, the lower the loss; of a harmful one, the higher. */
function pulling(seen: Parameters[] = []) {
  const slopes = values([-1, -1, 0, -1, -1, -1], [-1, -1]);
  return {
    examples: 4,
    logitLayer: undefined,
    gradients: async (gated: Parameters) => {
      seen.push(gated);
      return slopes;
    },
    hessianProduct: (_: Parameters, direction: Parameters) => direction,
  };
}

describe.each([
  [
    "learned-mask",
    (objective: ReturnType<typeof pulling>) =>
      learnedMask.scores(evidenceOf(layer, { weights, objective }), learning),
  ],
  [
    "l0",
    (objective: ReturnType<typeof pulling>) =>
      l0.scores(evidenceOf(layer, { weights, objective }), { ...learning, penalty: 0 }),
  ],
] as const)("the gates of %s", (_, learn) => {
  test("open before weights that help, shut before those that harm, and stay before others", async () => {
    const scores = await learn(pulling());
    const [first, second, third, fourth] = scores.get("fc1.weight") ?? [];
    expect(first).toBeGreaterThan(3);
    expect(second).toBeLessThan(3);
    expect(third).toBe(3);
    expect(fourth).toBe(3);
    expect((scores.get("fc1.bias") ?? [])[0]).toBeGreaterThan((scores.get("fc1.bias") ?? [])[1] as number);
  });

  test("let through a part of each weight, between none and all", async () => {
    const seen: Parameters[] = [];
    await learn(pulling(seen));
    expect(seen).toHaveLength(100);
    const parts = seen.flatMap((gated) =>
      [...(gated.get("fc1.weight") ?? [])].map((value, i) =>
        value === 0 ? 0 : value / (weights.get("fc1.weight")?.[i] ?? 0),
      ),
    );
    expect(parts.every((part) => part >= 0 && part <= 1)).toBe(true);
    expect(parts).toContain(0);
    expect(parts).toContain(1);
  });
});

test("a mask is open or shut, a hard concrete gate also half open", async () => {
  const between = async (learn: (objective: ReturnType<typeof pulling>) => unknown) => {
    const seen: Parameters[] = [];
    await learn(pulling(seen));
    return seen
      .flatMap((gated) => [...(gated.get("fc1.bias") ?? [])])
      .some((value) => Math.abs(value) % 1 !== 0);
  };
  expect(
    await between((objective) => learnedMask.scores(evidenceOf(layer, { weights, objective }), learning)),
  ).toBe(false);
  expect(
    await between((objective) =>
      l0.scores(evidenceOf(layer, { weights, objective }), { ...learning, penalty: 0 }),
    ),
  ).toBe(true);
});

test("the penalty of l0 shuts the gates of weights that nothing hangs on", async () => {
  const scores = await l0.scores(evidenceOf(layer, { weights, objective: pulling() }), {
    ...learning,
    penalty: 1e-3,
  });
  const [first, , third] = scores.get("fc1.weight") ?? [];
  expect(third).toBeLessThan(3);
  expect(first).toBeGreaterThan(third as number);
});
