import { decodeSafetensors, type Metadata, safetensorsParts } from "../foundations/safetensors.ts";
import { MASK_SUFFIX, type Masks } from "../network/mask.ts";
import { type Parameters, parameterSpecs } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";

/**
 * Weights as a safetensors file: each parameter under its name (float32), and for a pruned network its mask
 * as `<name>_mask` (uint8, 1 keeps), the name that torch.nn.utils.prune gives. In parts that are the tensors' own memory.
 */
export function encodeCheckpoint(
  network: NetworkSpec,
  parameters: Parameters,
  masks: Masks,
  metadata?: Metadata,
): readonly Uint8Array[] {
  return safetensorsParts(
    parameterSpecs(network).flatMap(({ name, shape }) => {
      const values = parameters.get(name);
      const mask = masks.get(name);
      return [
        ...(values === undefined ? [] : [{ name, shape, values }]),
        ...(mask === undefined ? [] : [{ name: name + MASK_SUFFIX, shape, values: mask }]),
      ];
    }),
    metadata,
  );
}

/** The inverse of encodeCheckpoint. Throws a PruneLabError that names `file` when the bytes are damaged. */
export function decodeCheckpoint(bytes: Uint8Array, file: string): { parameters: Parameters; masks: Masks } {
  const parameters = new Map<string, Float32Array>();
  const masks = new Map<string, Uint8Array>();
  for (const { name, values } of decodeSafetensors(bytes, file)) {
    if (values instanceof Float32Array) parameters.set(name, values);
    else if (values instanceof Uint8Array) masks.set(name.slice(0, -MASK_SUFFIX.length), values);
  }
  return { parameters, masks };
}

/** The same weights with texts that say what they are, in place of those that the bytes have. */
export function describeCheckpoint(
  bytes: Uint8Array,
  file: string,
  metadata: Metadata,
): readonly Uint8Array[] {
  return safetensorsParts(decodeSafetensors(bytes, file), metadata);
}
