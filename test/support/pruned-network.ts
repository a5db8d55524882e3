import { parameterSpecs } from "../../src/network/parameters.ts";
import type { Chosen } from "../../src/pruning/method.ts";
import { unitGroups } from "../../src/pruning/unit-groups.ts";
import type { Checkpoint } from "../../src/recording/read-checkpoint.ts";

/** How much of a unit is gone. A value without a mask is kept. */
type Gone = "not at all" | "in part" | "whole";

/** Of every unit of some tensors, by tensor, or by tensors whose units go together. */
export function unitsGone(
  structure: Chosen,
  { network, masks }: Checkpoint,
  prunable: readonly string[],
): readonly (readonly Gone[])[] {
  const tensors = parameterSpecs(network).filter(({ name }) => prunable.includes(name));
  return unitGroups(structure, tensors).map(({ count, tensors, units }) => {
    const kept = new Int32Array(count);
    const sizes = new Int32Array(count);
    for (const [t, { name, size }] of tensors.entries()) {
      const mask = masks.get(name);
      for (let i = 0; i < size; i++) {
        const unit = units?.[t]?.of[i] ?? i;
        kept[unit] = (kept[unit] ?? 0) + (mask?.[i] ?? 1);
        sizes[unit] = (sizes[unit] ?? 0) + 1;
      }
    }
    return Array.from(kept, (values, unit) =>
      values === 0 ? "whole" : values === sizes[unit] ? "not at all" : "in part",
    );
  });
}

/** Whether kept weights of dense layers lead from an input to an output. */
export function hasPath({ network, masks }: Checkpoint): boolean {
  let reached: readonly boolean[] | undefined;
  for (const { name, shape } of parameterSpecs(network).filter(({ role }) => role === "weight")) {
    const [outputs = 0, inputs = 0] = shape;
    const [before, mask] = [reached, masks.get(name)];
    const leads = (output: number, input: number) =>
      before?.[input] !== false && mask?.[output * inputs + input] !== 0;
    reached = Array.from({ length: outputs }, (_, output) =>
      Array.from({ length: inputs }, (_, input) => leads(output, input)).includes(true),
    );
  }
  return reached?.includes(true) ?? false;
}
