import type { OptimizerState } from "../engines/engine.ts";
import { decodeSafetensors, safetensorsParts } from "../foundations/safetensors.ts";
import { parameterSpecs } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";

const STEP = "step";

/**
 * An optimizer's state as a safetensors file: `<slot>/<parameter>` (float32), such as `momentum/fc1.weight`, and the
 * number of steps as the one value of `step`, which a float32 holds exactly up to 16 million.
 */
export function encodeOptimizerState(
  network: NetworkSpec,
  { step, slots }: OptimizerState,
): readonly Uint8Array[] {
  const tensors = [...slots].flatMap(([slot, parameters]) =>
    parameterSpecs(network).flatMap(({ name, shape }) => {
      const values = parameters.get(name);
      return values === undefined ? [] : [{ name: `${slot}/${name}`, shape, values }];
    }),
  );
  return safetensorsParts([{ name: STEP, shape: [1], values: Float32Array.of(step) }, ...tensors]);
}

/** The inverse of encodeOptimizerState. Throws a PruneLabError that names `file` when the bytes are damaged. */
export function decodeOptimizerState(bytes: Uint8Array, file: string): OptimizerState {
  let step = 0;
  const slots = new Map<string, Map<string, Float32Array>>();
  for (const { name, values } of decodeSafetensors(bytes, file)) {
    if (!(values instanceof Float32Array)) continue;
    if (name === STEP) step = values[0] ?? 0;
    else {
      const [slot = "", ...parameter] = name.split("/");
      const tensors = slots.get(slot) ?? new Map<string, Float32Array>();
      slots.set(slot, tensors.set(parameter.join("/"), values));
    }
  }
  return { step, slots };
}
