import { countKept, type Masks } from "../../network/mask.ts";
import type { ParameterSpec } from "../../network/parameters.ts";
import { type EncodingName, FLOAT_BITS, smallestEncoding } from "../encoding.ts";
import { encodeTensor } from "./deep-compression.ts";
import type { QuantizedTensor } from "./quantizer.ts";

/** What a pruned and quantized network takes, scales and biases included. Plain data. */
export interface CodedSize {
  /** With the smallest encoding of each tensor. */
  readonly codedBytes: number;
  /** With gaps and codes Huffman-coded, tables included: the length of what encodeTensor writes. */
  readonly huffmanBytes: number;
  /** Every parameter tensor, in layer order. */
  readonly tensors: readonly TensorCodedSize[];
}

export interface TensorCodedSize {
  /** `fc1.weight` */
  readonly name: string;
  /** Of a value; 32 of a bias, which has no codes. */
  readonly bits: number;
  readonly encoding: EncodingName;
  readonly codedBytes: number;
  readonly huffmanBytes: number;
}

const SCALE_BYTES = 4;

/**
 * Counts the bytes of a network whose weights have these codes of `bits` bits: of what its masks keep, also where the
 * code is 0. A tensor without codes takes what it takes in `sparse_bytes`, in both encodings.
 */
export function codedSize(
  tensors: readonly ParameterSpec[],
  codes: ReadonlyMap<string, QuantizedTensor>,
  masks: Masks,
  bits: number,
): CodedSize {
  const sizes = tensors.map((tensor): TensorCodedSize => {
    const { name, shape, size } = tensor;
    const mask = masks.get(name);
    const nonzero = mask === undefined ? size : countKept(mask);
    const quantized = codes.get(name);
    if (quantized === undefined) {
      const { name: encoding, bytes } = smallestEncoding(shape, nonzero);
      return { name, bits: FLOAT_BITS, encoding, codedBytes: bytes, huffmanBytes: bytes };
    }
    const { name: encoding, bytes } = smallestEncoding(shape, nonzero, bits);
    return {
      name,
      bits,
      encoding,
      codedBytes: bytes + SCALE_BYTES * quantized.scales.length,
      huffmanBytes: encodeTensor(quantized, mask, bits).length,
    };
  });
  const total = (of: (size: TensorCodedSize) => number) => sizes.reduce((sum, size) => sum + of(size), 0);
  return {
    codedBytes: total((size) => size.codedBytes),
    huffmanBytes: total((size) => size.huffmanBytes),
    tensors: sizes,
  };
}
