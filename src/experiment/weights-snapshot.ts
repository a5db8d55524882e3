import { greatestOf } from "../foundations/extremes.ts";
import { packBits, packBytes, packCounts, packFloats } from "../foundations/packed.ts";
import type { ParameterSpec, Parameters } from "../network/parameters.ts";
import { sizeOf } from "../network/shapes.ts";

/** Bins of a histogram, from -limit to limit. */
export const HISTOGRAM_BINS = 100;
/** A weight of a smaller magnitude counts as near zero. */
export const NEAR_ZERO = 0.1;
/** Rows and columns of the block of a weight matrix that is kept. */
export const BLOCK_SIDE = 64;
/** A corner's limit, in the steps that its values are counted in. */
export const CORNER_STEPS = 127;

/** The prunable weights of a network at one moment; arrays are packed (see foundations/packed.ts). */
export interface WeightsSnapshot {
  /** Of a network with many the first and the last, unless all are asked for. */
  readonly tensors: readonly TensorSnapshot[];
  /** All of them, also of the tensors that are left out. */
  readonly together: Histogram & { readonly size: number };
  /** The values of the first tensor's block. */
  readonly corner: Corner;
}

/** Equal bins over [-limit, limit]. */
export interface Histogram {
  /** Largest magnitude of a finite value; 0 where all are zeros. */
  readonly limit: number;
  /** HISTOGRAM_BINS counts of the values that are not 0. */
  readonly histogram: string;
  readonly nonzero: number;
}

export interface Corner {
  /** Largest magnitude of a finite value in the block. */
  readonly limit: number;
  /**
   * A signed byte for each value of the block that is not 0, row by row: to the nearest 127th of the limit, enough for
   * colors.
   */
  readonly values: string;
}

/** A tensor at one moment. */
export interface TensorSnapshot extends Histogram {
  /** `fc1.weight` */
  readonly name: string;
  readonly shape: readonly number[];
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

/**
 * What the charts show of the weights, some KB however large the network is; of all tensors where the study asks for
 * `weights`.
 */
export function snapshotWeights(
  parameters: Parameters,
  tensors: readonly Pick<ParameterSpec, "name" | "shape">[],
  { weights }: { readonly weights?: true | undefined } = {},
): WeightsSnapshot {
  const all = tensors.map(({ name, shape }) => {
    const values = parameters.get(name);
    if (values === undefined) throw new RangeError(`there are no values for ${name}`);
    return { name, shape, values, limit: largestMagnitude(values) };
  });
  const half = MOST_TENSORS / 2;
  const shown = weights || all.length <= MOST_TENSORS ? all : [...all.slice(0, half), ...all.slice(-half)];
  const sampleSize = Math.floor(SAMPLE / shown.length);
  const [first] = all;
  return {
    tensors: shown.map((tensor) => snapshotTensor(tensor, sampleSize)),
    together: together(all),
    corner: cornerOf(first === undefined ? [] : blockValues(first.values, first.shape)),
  };
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly limit: number;
}

function snapshotTensor({ name, shape, values, limit }: Tensor, sampleSize: number): TensorSnapshot {
  const { histogram, nonzero, nearZero } = countValues([values], limit);
  const samples = Math.min(sampleSize, values.length);
  return {
    name,
    shape,
    limit,
    histogram: packCounts(histogram),
    nonzero,
    nearZero,
    block: packBits(blockValues(values, shape).map((value) => value !== 0)),
    sample: packFloats(
      Float32Array.from(
        { length: samples },
        (_, i) => values[Math.floor((i * values.length) / samples)] as number,
      ),
    ),
  };
}

function together(tensors: readonly Tensor[]): WeightsSnapshot["together"] {
  const limit = greatestOf([0, ...tensors.map((tensor) => tensor.limit)]);
  const { histogram, nonzero } = countValues(
    tensors.map(({ values }) => values),
    limit,
  );
  const size = tensors.reduce((sum, { values }) => sum + values.length, 0);
  return { limit, histogram: packCounts(histogram), nonzero, size };
}

function cornerOf(block: readonly number[]): Corner {
  const kept = Float32Array.from(block.filter((value) => value !== 0));
  const limit = largestMagnitude(kept);
  const steps = Array.from(kept, (value) => {
    if (limit === 0 || Number.isNaN(value)) return 0;
    return Math.round(Math.max(-1, Math.min(1, value / limit)) * CORNER_STEPS);
  });
  return { limit, values: packBytes(Int8Array.from(steps)) };
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
function countValues(tensors: readonly Float32Array[], limit: number) {
  const histogram = new Uint32Array(HISTOGRAM_BINS);
  let nonzero = 0;
  let nearZero = 0;
  for (const values of tensors) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (Math.abs(value) < NEAR_ZERO) nearZero++;
      if (value === 0) continue;
      nonzero++;
      if (!Number.isFinite(value)) continue;
      const bin = Math.min(HISTOGRAM_BINS - 1, Math.floor(((value + limit) / (2 * limit)) * HISTOGRAM_BINS));
      histogram[bin] = (histogram[bin] as number) + 1;
    }
  }
  return { histogram, nonzero, nearZero };
}

/** The values of a tensor's block, row by row. */
function blockValues(values: Float32Array, shape: readonly number[]): number[] {
  const { rows, columns } = blockShape(shape);
  const stride = values.length / (shape[0] ?? 1);
  return Array.from(
    { length: rows * columns },
    (_, i) => values[Math.floor(i / columns) * stride + (i % columns)] as number,
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
