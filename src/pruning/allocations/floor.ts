import * as z from "zod";
import { inputError } from "../../foundations/errors.ts";
import type { Allocation, AllocationRequest, UnitCount } from "../allocation.ts";

const floorSchema = z
  .strictObject({
    count: z
      .int()
      .min(1)
      .optional()
      .describe("At least so many weights of each layer stay, or all of a layer that has fewer."),
    fraction: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe("At least this part of each layer stays, rounded up to whole weights."),
  })
  .refine(({ count, fraction }) => count !== undefined || fraction !== undefined, {
    error: "a floor is a count, a fraction or both: write { count: 10 } or { fraction: 0.01 }.",
  })
  .optional()
  .describe(
    "What stays of each layer at least; of both the larger. What a layer keeps for it, the others lose. It counts units: with structure neuron, neurons.",
  );

type Floor = NonNullable<z.output<typeof floorSchema>>;

/**
 * An allocation whose budget is exact in total with one option more: a floor under each tensor. Where the allocation asks
 * a tensor for more than it may lose, it loses just that, and the allocation spreads the rest over the others.
 */
export function withFloor(allocation: Allocation): Allocation {
  const { options, counts, misfit } = allocation;
  return {
    ...allocation,
    options: options.extend({ floor: floorSchema }),
    counts: (request, chosen) => {
      const floor = chosen.floor as Floor | undefined;
      if (floor === undefined) return counts(request, chosen);
      return countsAbove(floor, request, (part) => counts(part, chosen));
    },
    misfit: (tensors, budget, chosen) => {
      const floor = chosen.floor as Floor | undefined;
      return (
        (floor === undefined ? undefined : noRoom(floor, tensors, budget)) ??
        misfit?.(tensors, budget, chosen)
      );
    },
  };
}

/** How many units of a tensor have to stay. */
function floorOf(units: number, { count = 0, fraction = 0 }: Floor): number {
  return Math.min(units, Math.max(count, Math.ceil(fraction * units)));
}

function countsAbove(
  floor: Floor,
  { tensors, budget }: AllocationRequest,
  spread: (request: AllocationRequest) => readonly number[],
): readonly number[] {
  const sizes = tensors.map(({ name, layer, isLast, scores }) => ({
    name,
    layer,
    isLast,
    units: scores.length,
  }));
  const problem = noRoom(floor, sizes, budget);
  if (problem !== undefined) throw inputError(`A floor leaves no room: ${problem}.`);
  const counts = new Map<string, number>();
  let [open, left] = [tensors, budget];
  for (;;) {
    const units = open.reduce((sum, { scores }) => sum + scores.length, 0);
    const asked = spread({ tensors: open, budget: left, sparsity: units === 0 ? 0 : left / units });
    const isFull = open.map(({ scores }, i) => {
      return (asked[i] as number) > scores.length - floorOf(scores.length, floor);
    });
    for (const [i, { name, scores }] of open.entries()) {
      const most = scores.length - floorOf(scores.length, floor);
      counts.set(name, isFull[i] ? most : (asked[i] as number));
      if (isFull[i]) left -= most;
    }
    if (!isFull.includes(true)) return tensors.map(({ name }) => counts.get(name) as number);
    open = open.filter((_, i) => !isFull[i]);
  }
}

function noRoom(floor: Floor, tensors: readonly UnitCount[], budget: number): string | undefined {
  const all = tensors.reduce((sum, { units }) => sum + units, 0);
  const kept = tensors.reduce((sum, { units }) => sum + floorOf(units, floor), 0);
  if (budget <= all - kept) return undefined;
  return `its floor keeps ${kept} of ${all}, which leaves ${all - kept} to prune, and ${budget} are to go`;
}
