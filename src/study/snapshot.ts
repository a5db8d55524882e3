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
    const samples = Math.min(sampleSize, values.length);
    return {
      name,
      shape,
      limit,
      histogram: packCounts(histogram(values, limit)),
      nonzero: count(values, (value) => value !== 0),
      nearZero: count(values, (value) => Math.abs(value) < NEAR_ZERO),
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
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Counts of the values that are finite and not 0. */
function histogram(values: Float32Array, limit: number): Uint32Array {
  const counts = new Uint32Array(HISTOGRAM_BINS);
  for (const value of values) {
    if (value === 0 || !Number.isFinite(value)) continue;
    const bin = Math.min(HISTOGRAM_BINS - 1, Math.floor(((value + limit) / (2 * limit)) * HISTOGRAM_BINS));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

function count(values: Float32Array, holds: (value: number) => boolean): number {
  let total = 0;
  for (const value of values) if (holds(value)) total++;
  return total;
}

function block(values: Float32Array, shape: readonly number[]): boolean[] {
  const { rows, columns } = blockShape(shape);
  const stride = values.length / (shape[0] ?? 1);
  return Array.from(
    { length: rows * columns },
    (_, i) => values[Math.floor(i / columns) * stride + (i % columns)] !== 0,
  );
}
