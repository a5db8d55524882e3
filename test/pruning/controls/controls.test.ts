import { describe, expect, it } from "vitest";
import { methodControl, methodControls } from "../../../src/pruning/controls/registry.ts";
import { criteria } from "../../../src/pruning/criteria/registry.ts";
import type { Chosen } from "../../../src/pruning/method.ts";
import { pruneMasks, shuffleMasks } from "../../../src/pruning/prune.ts";
import { chosen, tensorSpec } from "../fixtures.ts";

const tensors = [tensorSpec("fc1.weight", [3, 4]), tensorSpec("fc2.weight", [2, 3])];
const scores = new Map([
  ["fc1.weight", Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)],
  ["fc2.weight", Float32Array.of(20, 21, 22, 0, -1, -2)],
]);
const global = { allocation: chosen("allocation", "global"), structure: chosen("structure", "weight") };

/** By the ranking of a control, with draws that fall. */
const rankedBy = (name: string) => {
  const { ranks } = methodControl(name);
  if (ranks === undefined) throw new Error(`${name} ranks nothing`);
  return () => {
    let next = 1;
    return (score: number) => ranks(score, () => (next -= 0.01));
  };
};
const bits = (masks: ReadonlyMap<string, Uint8Array>) => [...masks.values()].map((mask) => mask.join(""));

describe("controls that rank", () => {
  it("take as many of each layer as the scores say", () => {
    const plain = pruneMasks({ tensors, scores, method: global, sparsity: 0.5 });
    expect(bits(plain)).toEqual(["000000111111", "111000"]);
    const inverted = pruneMasks({
      tensors,
      scores,
      method: global,
      sparsity: 0.5,
      rank: rankedBy("inverted"),
    });
    expect(bits(inverted)).toEqual(["111111000000", "000111"]);
    const random = pruneMasks({ tensors, scores, method: global, sparsity: 0.5, rank: rankedBy("random") });
    expect(bits(random)).toEqual(["111111000000", "111000"]);
  });

  it("never bring back what is gone", () => {
    const previous = pruneMasks({ tensors, scores, method: global, sparsity: 0.25 });
    for (const name of ["inverted", "random"]) {
      const masks = pruneMasks({
        tensors,
        scores,
        method: global,
        sparsity: 0.75,
        previous,
        rank: rankedBy(name),
      });
      for (const [tensor, mask] of masks) {
        for (const [i, keep] of mask.entries())
          expect(keep).toBeLessThanOrEqual(previous.get(tensor)?.[i] ?? 1);
      }
      expect(bits(masks).join("").replaceAll("0", "")).toHaveLength(4);
    }
  });
});

describe("shuffleMasks", () => {
  const draw = () => {
    let drawn = 0;
    return () => (7 * ++drawn) % 12;
  };

  it("deals out as many weights in each layer", () => {
    const masks = pruneMasks({ tensors, scores, method: global, sparsity: 0.5 });
    const shuffled = shuffleMasks({ tensors, masks, method: global, draw });
    // Draws 7, 2, 9, 4, 11, 6, 1, 8, 3, 10, 5, 0 and 7, 2, 9, 4, 11, 6: the lowest go.
    expect(bits(shuffled)).toEqual(["101011010100", "101010"]);
  });

  it("keeps the units of a structure whole", () => {
    const neurons = { allocation: chosen("allocation", "uniform"), structure: chosen("structure", "neuron") };
    const masks = pruneMasks({ tensors, scores, method: neurons, sparsity: 0.34 });
    expect(bits(masks)).toEqual(["000011111111", "111000"]);
    // Units are worth the sums of 34, 22, 10 and, of the second layer, 18 and 21.
    expect(bits(shuffleMasks({ tensors, masks, method: neurons, draw }))).toEqual(["111111110000", "000111"]);
  });
});

const oneShot = { name: "one-shot" };

describe("which methods have a control", () => {
  const having = (name: string) =>
    criteria
      .list()
      .map((criterion) => ({ name: criterion.name, ...criterion.options.parse({}) }))
      .filter((criterion) => methodControl(name).misfit?.({ criterion, schedule: oneShot }) === undefined)
      .map((criterion) => criterion.name);

  it.each(["random", "inverted"])("%s: those whose scores are not draws", (name) => {
    expect(having(name)).toEqual(criteria.names().filter((criterion) => criterion !== "random"));
  });

  it("corrupted: those that look at examples", () => {
    const data = having("corrupted");
    expect(data).toEqual(expect.arrayContaining(["taylor", "wanda", "gradient", "fisher"]));
    for (const name of ["magnitude", "magnitude-increase", "random", "synflow"])
      expect(data).not.toContain(name);
  });

  it("those that take masks: every method", () => {
    const taking = methodControls().filter(({ takesMask }) => takesMask !== undefined);
    expect(taking.map(({ name }) => name)).toEqual(["shuffled", "reinitialized"]);
    for (const { name } of taking) expect(having(name)).toEqual(criteria.names());
  });

  it("unpruned: those that recover several times, and go on from where they are", () => {
    const misfit = (schedule: Chosen, recovery?: Chosen) =>
      methodControl("unpruned").misfit?.({ criterion: { name: "magnitude" }, schedule, recovery });
    const iterative = chosen("schedule", "iterative");
    expect(misfit(oneShot)).toBe("it recovers once (one-shot), as at sparsity 0");
    expect(misfit(chosen("schedule", "rigl"))).toBe("it recovers once (rigl), as at sparsity 0");
    expect(misfit(iterative)).toBeUndefined();
    expect(misfit(iterative, chosen("recovery", "rewind-learning-rate"))).toBeUndefined();
    for (const recovery of ["rewind", "none"]) {
      expect(misfit(iterative, chosen("recovery", recovery))).toBe(
        `its training starts over or ends at each level (${recovery})`,
      );
    }
  });
});
