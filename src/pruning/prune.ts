import { inputError } from "../foundations/errors.ts";
import type { Masks } from "../network/mask.ts";
import { countKept } from "../network/mask.ts";
import type { ParameterSpec } from "../network/parameters.ts";
import type { Allocation, ScoredTensor } from "./allocation.ts";
import { allocations } from "./allocations/registry.ts";
import type { Scores } from "./criterion.ts";
import type { Chosen, Method } from "./method.ts";
import type { Units } from "./structure.ts";
import { structures } from "./structures/registry.ts";
import { pruneLowest, roundHalfToEven } from "./top-k.ts";
import { keptUnits } from "./unit-counts.ts";
import { type UnitGroup, unitGroups } from "./unit-groups.ts";
import { type Norm, worthOfUnits } from "./worth.ts";

export interface PruneRequest {
  /** The tensors to prune, in layer order. */
  readonly tensors: readonly ParameterSpec[];
  readonly scores: Scores;
  readonly method: Pick<Method, "allocation" | "structure">;
  /** Fraction in 0..1 of the tensors' units that is gone afterwards, whatever went before. */
  readonly sparsity: number;
  /** By tensor: what the units of a layer go by, the lowest first, in place of their scores, which still say how many go. */
  readonly rank?: ((tensor: string) => (score: number) => number) | undefined;
  /** What is pruned already: it counts and stays pruned. Masks of other tensors are handed on. */
  readonly previous?: Masks | undefined;
}

/**
 * Chooses what to prune: a mask (1 keep, 0 prune) for each of the tensors. The allocation says how many units of
 * each tensor go; the structure, what a unit is and which go: those with the lowest scores, of equal ones the first.
 * The budget is exact: round-half-to-even(sparsity x n) of all units, or of each tensor's; unless the allocation leaves
 * it to chance.
 *
 * Throws a PruneLabError of kind `input` when more than that is pruned already, and a RangeError for a sparsity
 * outside 0..1, a tensor without scores, counts that are not the budget, or a structure that selects another count or
 * brings back what is pruned.
 */
export function pruneMasks({ sparsity, ...request }: PruneRequest): Masks {
  return masksAt(sparsity, scoreUnits(request), request);
}

/** The same for scores by unit, so that several sparsities can be tried. */
export function masksAt(
  sparsity: number,
  scored: readonly ScoredUnits[],
  { method, rank, previous }: Pick<PruneRequest, "method" | "rank" | "previous">,
): Masks {
  if (!(sparsity >= 0 && sparsity <= 1)) throw new RangeError(`a sparsity is in 0..1, not ${sparsity}`);
  const counts = allocate(scored, allocations.named(method.allocation.name), method.allocation, sparsity);
  const masks = new Map(previous);
  for (const [i, unitsOf] of scored.entries()) {
    const count = counts[i] as number;
    refuseRevival(unitsOf, count, sparsity);
    const ranked = rank === undefined ? unitsOf : rankedBy(unitsOf, rank(unitsOf.name));
    for (const [name, mask] of masksOf(ranked, count, method.structure, previous)) masks.set(name, mask);
  }
  return masks;
}

/** What is pruned already, or has to go first, still does. */
function rankedBy(units: ScoredUnits, rank: (score: number) => number): ScoredUnits {
  const scores = units.scores.map((score) => {
    const place = rank(score);
    return score === Number.NEGATIVE_INFINITY ? score : place;
  });
  return { ...units, scores };
}

/**
 * Masks with as many units in each tensor as others, dealt out anew: those with the lowest draws go, as the structure has it.
 */
export function shuffleMasks({
  tensors,
  masks,
  method,
  draw,
}: Pick<PruneRequest, "tensors" | "method"> & {
  readonly masks: Masks;
  /** A stream of uniform numbers for each tensor. */
  readonly draw: (tensor: string) => () => number;
}): Masks {
  const scores = new Map(
    tensors.map(({ name, size }) => [name, Float32Array.from({ length: size }, draw(name))]),
  );
  const shuffled = new Map(masks);
  for (const units of scoreUnits({ tensors, scores, method })) {
    const kept = keptOf(units, masks);
    if (kept === undefined) continue;
    const count = kept.length - countKept(kept);
    for (const [name, mask] of masksOf(units, count, method.structure)) shuffled.set(name, mask);
  }
  return shuffled;
}

/** The units of a tensor, or of several whose units go together, with their scores. */
export interface ScoredUnits extends ScoredTensor, UnitGroup {
  /** Units that are pruned already. */
  readonly gone: number;
}

/** One score a unit: what it is worth by its values', below all others where all of it is pruned already. */
export function scoreUnits({
  tensors,
  scores,
  method,
  previous,
}: Omit<PruneRequest, "sparsity">): ScoredUnits[] {
  const norm = structures.named(method.structure.name).norm?.(method.structure) ?? "sum";
  return unitGroups(method.structure, tensors).map((group) => {
    const own = worthOf(group, scores, norm);
    const kept = previous && keptOf(group, previous);
    if (kept === undefined) return { ...group, scores: own, gone: 0 };
    return { ...group, scores: belowAll(own, kept), gone: kept.length - countKept(kept) };
  });
}

/** One score a unit, whatever is pruned. */
function worthOf({ count, tensors, units }: UnitGroup, allScores: Scores, norm: Norm): Float32Array {
  const scores = tensors.map(({ name, size }) => {
    const values = allScores.get(name);
    if (values?.length === size) return values;
    throw new RangeError(`${name} has ${size} values, and ${values?.length ?? 0} scores`);
  });
  if (units === undefined) return scores[0] as Float32Array;
  return worthOfUnits(
    count,
    units.map((own, i) => ({ values: scores[i] as Float32Array, units: own })),
    norm,
  );
}

/** 1 for units of which masks keep a value; undefined where none of their tensors has a mask. */
function keptOf({ count, tensors, units }: UnitGroup, masks: Masks): Uint8Array | undefined {
  const own = tensors.map(({ name }) => masks.get(name));
  if (units === undefined) return own[0];
  if (own.every((mask) => mask === undefined)) return undefined;
  const kept = new Uint8Array(count);
  for (const [i, mask] of own.entries()) {
    if (mask === undefined) return kept.fill(1);
    const here = keptUnits(mask, units[i] as Units);
    for (let unit = 0; unit < count; unit++) kept[unit] = (kept[unit] as number) | (here[unit] as number);
  }
  return kept;
}

const NEGATIVE_INFINITY = 0xff800000 | 0;

/**
 * Scores with what is pruned already below all others: nothing that is kept ties with it, but has the lowest finite score at
 * least, whose bits come just before. Integers, so that there are no branches, which no CPU could predict.
 */
function belowAll(scores: Float32Array, kept: Uint8Array): Float32Array {
  const below = new Int32Array(scores.length);
  const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  for (let i = 0; i < below.length; i++) {
    const score = bits[i] as number;
    const finite = score - Number(score === NEGATIVE_INFINITY);
    const stays = -(kept[i] as number);
    below[i] = (finite & stays) | (NEGATIVE_INFINITY & ~stays);
  }
  return new Float32Array(below.buffer);
}

/** How many units of each tensor go. The one place where the budget is proved. */
function allocate(
  tensors: readonly ScoredUnits[],
  allocation: Allocation,
  options: Chosen,
  sparsity: number,
): readonly number[] {
  const sizes = tensors.map(({ scores }) => scores.length);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const budget = roundHalfToEven(sparsity * sum(sizes));
  const counts = allocation.counts({ tensors, sparsity, budget }, options);
  const own = sizes.map((size) => roundHalfToEven(sparsity * size));
  const possible = sizes.every(
    (size, i) => Number.isInteger(counts[i]) && (counts[i] as number) >= 0 && (counts[i] as number) <= size,
  );
  const promises = {
    "in total": { kept: sum(counts) === budget, text: `; the budget is ${budget} in all` },
    "in each tensor": {
      kept: own.every((count, i) => counts[i] === count),
      text: `; the budget is ${own.join(", ")}`,
    },
    "in expectation": { kept: true, text: "" },
  };
  const promise = promises[allocation.exact];
  if (counts.length !== sizes.length || !possible || !promise.kept) {
    throw new RangeError(
      `the allocation ${allocation.name} prunes ${counts.join(", ")} of ${sizes.join(", ")} units${promise.text}`,
    );
  }
  return counts;
}

function refuseRevival({ name, units, scores, gone }: ScoredUnits, count: number, sparsity: number): void {
  if (count >= gone) return;
  const things = units === undefined ? "values" : "units";
  throw inputError(
    `A sparsity of ${sparsity} would bring back weights: ${gone} of ${scores.length} ${things} of ${name} ` +
      "are pruned already.",
    { hint: "Targets are cumulative: choose a higher sparsity, or start from the dense weights." },
  );
}

/** The tensors' masks without their `count` least important units, and without what is pruned already. */
function masksOf(
  { tensors, units, scores }: ScoredUnits,
  count: number,
  chosen: Chosen,
  previous: Masks = new Map(),
): Masks {
  const kept = selectUnits(tensors[0] as ParameterSpec, scores, count, chosen, previous);
  if (units === undefined) return new Map(tensors.map(({ name }) => [name, kept]));
  return new Map(
    tensors.map(({ name }, i) => {
      const { of } = units[i] as Units;
      const before = previous.get(name);
      const mask = new Uint8Array(of.length);
      for (let v = 0; v < mask.length; v++) mask[v] = (kept[of[v] as number] as number) & (before?.[v] ?? 1);
      return [name, mask];
    }),
  );
}

/** 1 for the units that stay when `count` of them go. */
function selectUnits(
  tensor: ParameterSpec,
  scores: Float32Array,
  count: number,
  chosen: Chosen,
  previous: Masks,
): Uint8Array {
  const structure = structures.named(chosen.name);
  const selected = structure.select?.(scores, count, tensor, chosen);
  const kept = selected ?? pruneLowest(scores, count);
  if (kept.length !== scores.length || countKept(kept) !== scores.length - count) {
    throw new RangeError(
      `the structure ${structure.name} keeps ${countKept(kept)} of ${scores.length} units of ${tensor.name}, not ${scores.length - count}`,
    );
  }
  if (
    previous.has(tensor.name) &&
    selected?.some((keep, i) => keep === 1 && scores[i] === Number.NEGATIVE_INFINITY)
  ) {
    throw new RangeError(`the structure ${structure.name} brings back units of ${tensor.name}`);
  }
  return kept;
}
