import { describe, expect, test } from "vitest";
import type { Parameters } from "../../../src/network/parameters.ts";
import { l0 } from "../../../src/pruning/criteria/l0.ts";
import { learnedMask } from "../../../src/pruning/criteria/learned-mask.ts";
import type { Scores } from "../../../src/pruning/criterion.ts";
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

type Learn = (objective: ReturnType<typeof pulling>, penalty?: number) => Promise<Scores>;
const learnMask: Learn = async (objective, penalty = 0) =>
  learnedMask.scores(evidenceOf(layer, { weights, objective }), { ...learning, penalty });
const learnL0: Learn = async (objective, penalty = 0) =>
  l0.scores(evidenceOf(layer, { weights, objective }), { ...learning, penalty });

describe.each([
  ["learned-mask", learnMask],
  ["l0", learnL0],
] as const)("the gates of %s", (_, learn) => {
  test("open before weights that help, shut before those that harm, and stay before others", async () => {
    const scores = await learn(pulling());
    const [first, second, third, fourth] = scores.get("fc1.weight") ?? [];
    expect(first).toBeGreaterThan(0);
    expect(second).toBeLessThan(0);
    expect(third).toBe(0);
    expect(fourth).toBe(0);
    const [helping, harming] = scores.get("fc1.bias") ?? [];
    expect(helping).toBeGreaterThan(harming as number);
  });

  test("shut by the penalty before weights that nothing hangs on", async () => {
    const [first, , third, fourth] = (await learn(pulling(), 1e-3)).get("fc1.weight") ?? [];
    expect(third).toBeLessThan(0);
    expect(fourth).toBeLessThan(0);
    expect(first).toBeGreaterThan(0);
  });

  test("let through a part of each weight, between none and all", async () => {
    const seen: Parameters[] = [];
    await learn(pulling(seen));
    expect(seen).toHaveLength(100);
    // The first bias is 1.
    const parts = seen.map((gated) => gated.get("fc1.bias")?.[0] ?? Number.NaN);
    expect(parts.every((part) => part >= 0 && part <= 1)).toBe(true);
    expect(parts).toContain(0);
    expect(parts).toContain(1);
    // A mask is open or shut, a hard concrete gate also half open.
    expect(parts.some((part) => part > 0 && part < 1)).toBe(learn === learnL0);
  });
});
