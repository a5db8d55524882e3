import type { Parameters } from "../engines/engine.ts";
import type { ParameterSpec } from "../engines/network-spec.ts";
import { packBits, packCounts, packFloats } from "../recording/packed.ts";
import { blockShape, HISTOGRAM_BINS, NEAR_ZERO, type TensorSnapshot } from "../recording/snapshots.ts";

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
