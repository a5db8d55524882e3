import type { Tensor } from "../../foundations/safetensors.ts";

const TYPES = "bert.embeddings.token_type_embeddings.weight";
const POSITIONS = "bert.embeddings.position_embeddings.weight";

/** 0, 1, 2, ...: some files have these beside their weights, as 64-bit integers. */
export function isPositionNumbers(name: string): boolean {
  return name.endsWith(".embeddings.position_ids");
}

/**
 * The tensors of a BERT without those of token types: every text is of type 0, whose row each token gets beside that of its
 * position, so that it goes into the positions. Tensors of other networks stay as they are.
 */
export function foldTokenTypes(tensors: readonly Tensor[]): readonly Tensor[] {
  const types = tensors.find(({ name }) => name === TYPES);
  const [, width = 0] = types?.shape ?? [];
  const first = types?.values.subarray(0, width);
  if (first === undefined) return tensors;
  return tensors.flatMap((tensor) => {
    if (tensor === types) return [];
    if (tensor.name !== POSITIONS) return [tensor];
    const values = Float32Array.from(tensor.values, (value, i) => value + (first[i % width] as number));
    return [{ ...tensor, values }];
  });
}
