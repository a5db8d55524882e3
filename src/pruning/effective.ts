import { networkLiveness } from "../network/liveness.ts";
import type { Masks } from "../network/mask.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { masksAt, type PruneRequest, scoreUnits } from "./prune.ts";
import { roundHalfToEven } from "./top-k.ts";

export interface EffectiveRequest extends PruneRequest {
  /** The network that the tensors are of. */
  readonly spec: NetworkSpec;
}

/**
 * Prunes as `pruneMasks` does, to an effective sparsity (Vysogorets and Kempe 2021, section 3.2): values that are pruned, or
 * kept on no path from an input to an output, over all values of the tensors. Of all budgets that leave what is pruned
 * already and are no larger than the sparsity's own, it takes the largest whose effective sparsity is at most the one asked for, counted
 * in values and rounded half to even. One unit more may cut off many others, so that less is reached. More is only where
 * what is pruned already, or dead in the dense network, is more.
 *
 * The allocation has to be exact in total. Throws as `pruneMasks` does.
 */
export function pruneToEffective({ spec, ...request }: EffectiveRequest): Masks {
  const { tensors, sparsity } = request;
  const scored = scoreUnits(request);
  const units = scored.reduce((sum, { scores }) => sum + scores.length, 0);
  const values = tensors.reduce((sum, { size }) => sum + size, 0);
  const least = scored.reduce((sum, { gone }) => sum + gone, 0);
  const most = roundHalfToEven(sparsity * values);
  const masksOf = (budget: number) => masksAt(budget / units, scored, request);
  /** By how many values more than the target these masks leave pruned or dead. */
  const excessOf = (masks: Masks) => {
    const { live } = networkLiveness(spec, masks);
    return values - tensors.reduce((sum, { name }) => sum + (live.get(name) ?? 0), 0) - most;
  };

  // The more units go, the fewer values are live: the budgets that fit lie below those that do not. The first steps down are
  // as wide as what is too much, which hardly ever leaves a long way to bisect.
  let below = roundHalfToEven(sparsity * units);
  let above = below + 1;
  let best = masksOf(below);
  for (let excess = excessOf(best); excess > 0 && below > least; excess = excessOf(best)) {
    above = below;
    below = Math.max(least, below - Math.ceil((excess * units) / values));
    best = masksOf(below);
  }
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    const masks = masksOf(middle);
    if (excessOf(masks) > 0) above = middle;
    else [below, best] = [middle, masks];
  }
  return best;
}
