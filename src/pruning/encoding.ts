import { matrixShape } from "../network/parameters.ts";
import { sizeOf } from "../network/shapes.ts";

/** How a tensor is stored. */
export type EncodingName = "dense" | "bitmask" | "csr";

export interface Encoding {
  readonly name: EncodingName;
  readonly bytes: number;
}

/** Of a value as it is trained. */
export const FLOAT_BITS = 32;

/** Size of a tensor of `size` values, stored whole: 32-bit floats, or codes of fewer bits without space between them. */
export function denseBytes(size: number, bits = FLOAT_BITS): number {
  return Math.ceil((size * bits) / 8);
}

/**
 * The smallest of three encodings of a tensor with `nonzero` kept values of so many bits; of equally small ones the
 * simplest. Each part of it takes whole bytes.
 *
 * - dense: every value.
 * - bitmask: one bit a value, in whole bytes, and the kept values.
 * - csr (compressed sparse rows): the kept values, a column index for each, and rows + 1 row pointers. The
 *   rows are the output units ([out, in x height x width]; a bias is one row). Indices and pointers are
 *   unsigned integers of 1, 2 or 4 bytes, the narrowest that hold the last column and `nonzero`.
 */
export function smallestEncoding(
  shape: readonly number[],
  nonzero: number,
  bits: number = FLOAT_BITS,
): Encoding {
  return smallestOf(encodingsOf(shape, nonzero, bits));
}

/** The first of the smallest. */
export function smallestOf(encodings: readonly [Encoding, ...Encoding[]]): Encoding {
  return encodings.reduce((best, encoding) => (encoding.bytes < best.bytes ? encoding : best));
}

/** All three, the simplest first. */
export function encodingsOf(
  shape: readonly number[],
  nonzero: number,
  bits: number = FLOAT_BITS,
): readonly [Encoding, Encoding, Encoding] {
  const size = sizeOf(shape);
  const values = denseBytes(nonzero, bits);
  const { rows, columns } = rowsOf(shape);
  return [
    { name: "dense", bytes: denseBytes(size, bits) },
    { name: "bitmask", bytes: Math.ceil(size / 8) + values },
    {
      name: "csr",
      bytes: values + integerBytes(columns - 1) * nonzero + integerBytes(nonzero) * (rows + 1),
    },
  ];
}

/** The rows of a tensor in compressed sparse rows: the output units; a bias is one row. */
export function rowsOf(shape: readonly number[]): { readonly rows: number; readonly columns: number } {
  return shape.length > 1 ? matrixShape(shape) : { rows: 1, columns: sizeOf(shape) };
}

/** Bytes of the narrowest unsigned integer that holds 0..largest. */
export function integerBytes(largest: number): 1 | 2 | 4 {
  return largest < 2 ** 8 ? 1 : largest < 2 ** 16 ? 2 : 4;
}
