import { inputError } from "../foundations/errors.ts";
import type { Masks } from "../network/mask.ts";
import { countKept } from "../network/mask.ts";
import type { ParameterSpec } from "../network/parameters.ts";
import type { Allocation, ScoredTensor } from "./allocation.ts";
import { allocations } from "./allocations/registry.ts";
import type { Scores } from "./criterion.ts";
import type { Chosen, Method } from "./method.ts";
import type { Structure, Units } from "./structure.ts";
import { structures } from "./structures/registry.ts";
import { pruneLowest, roundHalfToEven } from "./top-k.ts";
import { keptUnits } from "./unit-counts.ts";
import { worthOfUnits } from "./worth.ts";

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
  const structure = structures.named(method.structure.name);
  const counts = allocate(scored, allocations.named(method.allocation.name), method.allocation, sparsity);
  const masks = new Map(previous);
  for (const [i, unitsOf] of scored.entries()) {
    const count = counts[i] as number;
    refuseRevival(unitsOf, count, sparsity);
    const ranked = rank === undefined ? unitsOf : rankedBy(unitsOf, rank(unitsOf.name));
    masks.set(unitsOf.name, maskOf(ranked, count, structure, method.structure));
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
  const structure = structures.named(method.structure.name);
  const scores = new Map(
    tensors.map(({ name, size }) => [name, Float32Array.from({ length: size }, draw(name))]),
  );
  const shuffled = new Map(masks);
  for (const units of scoreUnits({ tensors, scores, method })) {
    const mask = masks.get(units.name);
    if (mask === undefined) continue;
    const kept = countKept(units.units === undefined ? mask : keptUnits(mask, units.units));
    shuffled.set(units.name, maskOf(units, units.scores.length - kept, structure, method.structure));
  }
  return shuffled;
}

/** The units of a tensor, with their scores. */
export interface ScoredUnits extends ScoredTensor {
  readonly tensor: ParameterSpec;
  readonly units: Units | undefined;
  readonly previous: Uint8Array | undefined;
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
  const structure = structures.named(method.structure.name);
  const last = tensors.at(-1)?.layer;
  return tensors.map((tensor) => ({
    ...scoreTensor(tensor, structure, method.structure, scores, previous),
    isLast: tensor.layer === last,
  }));
}

function scoreTensor(
  tensor: ParameterSpec,
  structure: Structure,
  options: Chosen,
  allScores: Scores,
  masks: Masks | undefined,
): Omit<ScoredUnits, "isLast"> {
  const { name, layer, shape } = tensor;
  const values = allScores.get(name);
  if (values?.length !== tensor.size) {
    throw new RangeError(`${name} has ${tensor.size} values, and ${values?.length ?? 0} scores`);
  }
  const units = structure.units(tensor, options);
  const previous = masks?.get(name);
  const own = units === undefined ? values : worthOfUnits(values, units, structure.norm?.(options) ?? "sum");
  const kept = previous && (units === undefined ? previous : keptUnits(previous, units));
  const scores = kept === undefined ? own : belowAll(own, kept);
  const gone = kept === undefined ? 0 : kept.length - countKept(kept);
  return { name, layer, shape, tensor, units, scores, previous, gone };
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

/** The tensor's mask without its `count` least important units, and without what is pruned already. */
function maskOf(
  { tensor, scores, units, previous }: ScoredUnits,
  count: number,
  structure: Structure,
  options: Chosen,
): Uint8Array {
  const selected = structure.select?.(scores, count, tensor, options);
  const kept = selected ?? pruneLowest(scores, count);
  if (kept.length !== scores.length || countKept(kept) !== scores.length - count) {
    throw new RangeError(
      `the structure ${structure.name} keeps ${countKept(kept)} of ${scores.length} units of ${tensor.name}, not ${scores.length - count}`,
    );
  }
  if (previous && selected?.some((keep, i) => keep === 1 && scores[i] === Number.NEGATIVE_INFINITY)) {
    throw new RangeError(`the structure ${structure.name} brings back units of ${tensor.name}`);
  }
  if (units === undefined) return kept;
  const mask = new Uint8Array(units.of.length);
  for (let i = 0; i < mask.length; i++)
    mask[i] = (kept[units.of[i] as number] as number) & (previous?.[i] ?? 1);
  return mask;
}
