import { inputError } from "../foundations/errors.ts";
import { allocations } from "../pruning/allocations/registry.ts";
import { chosenText, type Method } from "../pruning/method.ts";
import { structures } from "../pruning/structures/registry.ts";
import { roundHalfToEven } from "../pruning/top-k.ts";
import { networkOf } from "./construct.ts";
import type { RunSettings } from "./settings.ts";

/**
 * Throws a PruneLabError of kind `input` where a structure gives every layer one of a few sparsities, and the allocation does
 * not, or the study has others. Levels on the way to these may be any.
 */
export function refuseOtherPatterns(
  method: Method,
  sparsities: readonly number[],
  settings: RunSettings,
): void {
  const { name, allocation, structure } = method;
  const own = structures.named(structure.name).sparsities?.(structure);
  if (own === undefined) return;
  if (allocations.named(allocation.name).exact !== "in each tensor") {
    const others = allocations.list().filter(({ exact }) => exact === "in each tensor");
    throw inputError(
      `The method ${name} spreads its budget by ${allocation.name}, and ${structure.name} gives every layer the same sparsity.`,
      {
        hint: `Take the allocation ${others.map((other) => other.name).join(" or ")}, or another structure.`,
      },
    );
  }
  const { tensors } = networkOf(method, settings);
  // 0.6667 is as good as 2/3 where it prunes as many weights.
  const isOwn = (sparsity: number) =>
    own.some((pattern) =>
      tensors.every(({ size }) => roundHalfToEven(sparsity * size) === roundHalfToEven(pattern * size)),
    );
  const other = sparsities.find((sparsity) => !isOwn(sparsity));
  if (other === undefined) return;
  throw inputError(
    `The method ${name} cannot prune to ${other}: ${chosenText(structure)} has the sparsities ${listed(own)}.`,
    {
      hint: "Choose prune.sparsities among these; methods that are to have others go into a study of their own.",
    },
  );
}

function listed(sparsities: readonly number[]): string {
  if (sparsities.length <= 9) return sparsities.join(", ");
  return `${sparsities.slice(0, 3).join(", ")}, ..., ${sparsities.at(-1)}`;
}
