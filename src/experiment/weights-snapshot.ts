import { packBits, packCounts, packFloats } from "../foundations/packed.ts";
import type { ParameterSpec, Parameters } from "../network/parameters.ts";
import { sizeOf } from "../network/shapes.ts";

/** Bins of a histogram, from -limit to limit. */
export const HISTOGRAM_BINS = 100;
/** A weight of a smaller magnitude counts as near zero. */
export const NEAR_ZERO = 0.1;
/** Rows and columns of the block of a weight matrix that is kept. */
export const BLOCK_SIDE = 64;

/** A tensor at one moment; its arrays are packed (see foundations/packed.ts). */
export interface TensorSnapshot {
  /** `fc1.weight` */
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest magnitude of a finite value; 0 for a tensor of zeros. */
  readonly limit: number;
  /** HISTOGRAM_BINS counts of the values that are not 0, in equal bins over [-limit, limit]. */
  readonly histogram: string;
  readonly nonzero: number;
  /** Values with a magnitude below NEAR_ZERO, zeros included. */
  readonly nearZero: number;
  /**
   * Bits: which values of the first BLOCK_SIDE rows and columns are not 0, row by row. Rows are output units;
   * the weights of one unit, also of a convolution, are one row. A smaller tensor has a smaller block.
   */
  readonly block: string;
  /** Floats: values at evenly spaced flat positions, from the first; value i stands at floor(i x size / n). */
  readonly sample: string;
}

/** Of a network with more tensors only the first and the last half of this many are kept. */
const MOST_TENSORS = 8;
/** Sampled values of all tensors together. */
const SAMPLE = 1536;

/** What the charts show of the weights, a few KB however large the network is. */
export function snapshotWeights(
  parameters: Parameters,
  tensors: readonly Pick<ParameterSpec, "name" | "shape">[],
): TensorSnapshot[] {
  const half = MOST_TENSORS / 2;
  const shown =
    tensors.length <= MOST_TENSORS ? tensors : [...tensors.slice(0, half), ...tensors.slice(-half)];
  const sampleSize = Math.floor(SAMPLE / shown.length);
  return shown.map(({ name, shape }) => {
    const values = parameters.get(name);
    if (values === undefined) throw new RangeError(`there are no values for ${name}`);
    const limit = largestMagnitude(values);
    const { histogram, nonzero, nearZero } = countValues(values, limit);
    const samples = Math.min(sampleSize, values.length);
    return {
      name,
      shape,
      limit,
      histogram: packCounts(histogram),
      nonzero,
      nearZero,
      block: packBits(block(values, shape)),
      sample: packFloats(
        Float32Array.from(
          { length: samples },
          (_, i) => values[Math.floor((i * values.length) / samples)] as number,
        ),
      ),
    };
  });
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] as number);
    // Not for NaN either.
    if (magnitude > largest && magnitude !== Number.POSITIVE_INFINITY) largest = magnitude;
  }
  return largest;
}

/** How many values are not 0, how many are near it; and of those that are finite and not 0, the histogram. */
function countValues(values: Float32Array, limit: number) {
  const histogram = new Uint32Array(HISTOGRAM_BINS);
  let nonzero = 0;
  let nearZero = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Math.abs(value) < NEAR_ZERO) nearZero++;
    if (value === 0) continue;
    nonzero++;
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(HISTOGRAM_BINS - 1, Math.floor(((value + limit) / (2 * limit)) * HISTOGRAM_BINS));
    histogram[bin] = (histogram[bin] as number) + 1;
  }
  return { histogram, nonzero, nearZero };
}

function block(values: Float32Array, shape: readonly number[]): boolean[] {
  const { rows, columns } = blockShape(shape);
  const stride = values.length / (shape[0] ?? 1);
  return Array.from(
    { length: rows * columns },
    (_, i) => values[Math.floor(i / columns) * stride + (i % columns)] !== 0,
  );
}

/** Rows and columns of a tensor's block. */
export function blockShape(shape: readonly number[]): { readonly rows: number; readonly columns: number } {
  const [rows = 1, ...rest] = shape;
  return {
    rows: Math.min(BLOCK_SIDE, rows),
    columns: Math.min(BLOCK_SIDE, sizeOf(rest)),
  };
}
