import { inputError } from "../foundations/errors.ts";
import { randomStream } from "../foundations/random.ts";
import { countKept, type Masks } from "../network/mask.ts";
import type { ParameterSpec, Parameters } from "../network/parameters.ts";
import { allocationNamed } from "./allocations/registry.ts";
import { criterionNamed } from "./criteria/registry.ts";
import type { Method } from "./methods.ts";

export interface PruneRequest {
  readonly parameters: Parameters;
  /** The tensors to prune, in layer order. */
  readonly tensors: readonly ParameterSpec[];
  readonly method: Pick<Method, "criterion" | "allocation">;
  /** Fraction in 0..1 of the tensors' values that is gone afterwards, whatever went before. */
  readonly sparsity: number;
  readonly seed: number;
  /** What is pruned already: it counts and stays pruned. Masks of other tensors are handed on. */
  readonly previous?: Masks | undefined;
}

/**
 * Chooses what to prune: a mask (1 keep, 0 prune) for each of the tensors. Exactly
 * round-half-to-even(sparsity x n) values are pruned, of each tensor or of all together, as the method's
 * allocation has it; the lowest scores go, of equal ones those of the lower flat index.
 *
 * Throws a PruneLabError of kind `input` when more than that is pruned already, and a RangeError for a
 * sparsity outside 0..1 or a tensor without values.
 */
export function pruneMasks({ parameters, tensors, method, sparsity, seed, previous }: PruneRequest): Masks {
  if (!(sparsity >= 0 && sparsity <= 1)) throw new RangeError(`a sparsity is in 0..1, not ${sparsity}`);
  const criterion = criterionNamed(method.criterion);
  const scores = tensors.map(({ name, shape }) => {
    const values = parameters.get(name);
    if (values === undefined) throw new RangeError(`there are no values for ${name}`);
    const stream = randomStream(seed, "random pruning", name);
    return prunedFirst(criterion.score({ name, values, shape, stream }), previous?.get(name));
  });
  const masks = allocationNamed(method.allocation).masks(scores, sparsity);
  const chosen = new Map(tensors.map(({ name }, i) => [name, masks[i] as Uint8Array]));
  if (previous === undefined) return chosen;
  assertStillPruned(chosen, previous, sparsity);
  return new Map([...previous, ...chosen]);
}

/** Scores with -Infinity for what is pruned already, below every score that a criterion gives. */
function prunedFirst(scores: Float32Array, mask: Uint8Array | undefined): Float32Array {
  return mask === undefined
    ? scores
    : scores.map((score, i) => (mask[i] === 0 ? Number.NEGATIVE_INFINITY : score));
}

function assertStillPruned(masks: Masks, previous: Masks, sparsity: number): void {
  for (const [name, mask] of masks) {
    const before = previous.get(name);
    if (before?.some((kept, i) => kept === 0 && mask[i] === 1)) {
      const gone = before.length - countKept(before);
      throw inputError(
        `A sparsity of ${sparsity} would bring back weights: ${gone} of ${before.length} values of ${name} ` +
          "are pruned already.",
        { hint: "Targets are cumulative: choose a higher sparsity, or start from the dense weights." },
      );
    }
  }
}
