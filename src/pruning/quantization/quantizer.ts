import type { ParameterRole, Parameters } from "../../network/parameters.ts";
import { tensorOf } from "../criterion.ts";
import type { Rounding } from "./quantization.ts";

/** A weight tensor as codes and the spacings that they count. */
export interface QuantizedTensor {
  /** In the order of the values, -largestCode .. largestCode; a code of 0 is the value 0. */
  readonly codes: Int8Array;
  /** One for the tensor, or one for each of its rows (output channels); 0 where all of its values are 0. */
  readonly scales: Float32Array;
}

/**
 * From here on doubles have no fractions: a much smaller number to which this is added, and taken away again, is rounded to
 * the nearest integer, halves to the even one. Straight-through training rounds all weights at every step.
 */
const ROUNDS = 1.5 * 2 ** 52;

/** The largest code of so many bits: 127 of 8, 1 of 2. The lowest value of a two's complement code is not used. */
export function largestCode(bits: number): number {
  return 2 ** (bits - 1) - 1;
}

/**
 * Symmetric uniform quantization of a tensor [out, in...]: scale = max|w| / largestCode(bits), over the tensor or over
 * each row, as a 32-bit float; code = w / scale, rounded to the nearest integer, halves to the even one. What is 0 stays
 * exactly 0, and a small weight may become 0. Values that are not finite count for no scale; NaN has the code 0.
 */
export function quantize(
  values: Float32Array,
  shape: readonly number[],
  { bits, per }: Rounding,
): QuantizedTensor {
  const most = largestCode(bits);
  const rows = per === "channel" ? (shape[0] ?? 1) : 1;
  const columns = values.length / rows;
  const codes = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    scales[row] = largestMagnitude(values, start, end) / most;
    const scale = scales[row] as number;
    if (scale === 0) continue;
    for (let i = start; i < end; i++) {
      const code = (values[i] as number) / scale + ROUNDS - ROUNDS;
      // Beyond it are infinities, and where a scale has few digits left, among the subnormal numbers.
      codes[i] = Math.max(-most, Math.min(most, code));
    }
  }
  return { codes, scales };
}

/** The values that the codes stand for: code * scale as 32-bit floats. */
export function dequantize({ codes, scales }: QuantizedTensor): Float32Array {
  const columns = codes.length / scales.length;
  const values = new Float32Array(codes.length);
  for (let row = 0; row < scales.length; row++) {
    const scale = scales[row] as number;
    for (let i = row * columns; i < (row + 1) * columns; i++) values[i] = (codes[i] as number) * scale;
  }
  return values;
}

/** What of a network has codes: its weights. Biases, of which there are few, stay 32-bit floats. */
export function isQuantized({ role }: { readonly role: ParameterRole }): boolean {
  return role === "weight";
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: ParameterRole;
}

/** The weights of a network as codes, by name. Throws a RangeError when one has no values. */
export function quantizeWeights(
  tensors: readonly Tensor[],
  parameters: Parameters,
  rounding: Rounding,
): ReadonlyMap<string, QuantizedTensor> {
  return new Map(
    tensors
      .filter(isQuantized)
      .map(({ name, shape }) => [name, quantize(tensorOf(parameters, name), shape, rounding)]),
  );
}

/** The parameters with the values of their codes where they have some. */
export function withCodes(parameters: Parameters, codes: ReadonlyMap<string, QuantizedTensor>): Parameters {
  return new Map(
    [...parameters].map(([name, values]) => {
      const quantized = codes.get(name);
      return [name, quantized === undefined ? values : dequantize(quantized)];
    }),
  );
}

function largestMagnitude(values: Float32Array, start: number, end: number): number {
  let largest = 0;
  for (let i = start; i < end; i++) {
    const magnitude = Math.abs(values[i] as number);
    // Not for NaN either.
    if (magnitude > largest && magnitude !== Number.POSITIVE_INFINITY) largest = magnitude;
  }
  return largest;
}
