import * as z from "zod";
import type { Targets } from "../../engines/examples.ts";
import { parameterSpecs } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { weightedLayers } from "../../network/weighted-layers.ts";
import { defineConstruction } from "../construction.ts";

/** The best guess that ignores its input, as a network: what any other has to beat. */
export const predictMean = defineConstruction({
  name: "predict-mean",
  summary:
    "The output biases alone, which guess the mean of the training targets, or the shares of the classes.",
  options: z.strictObject({}),
  misfit: ({ spec }) =>
    outputBias(spec) === undefined ? "its output layer has no biases to guess with" : undefined,
  masks: ({ spec }) => {
    const kept = outputBias(spec);
    return new Map(
      parameterSpecs(spec).map(({ name, size }) => [name, new Uint8Array(size).fill(name === kept ? 1 : 0)]),
    );
  },
  values: ({ spec, targets }) => {
    const kept = outputBias(spec);
    return new Map(
      parameterSpecs(spec).map(({ name, size }) => [
        name,
        name === kept ? guess(targets) : new Float32Array(size),
      ]),
    );
  },
});

function outputBias(spec: NetworkSpec): string | undefined {
  return weightedLayers(spec).at(-1)?.bias?.name;
}

/**
 * The outputs whose loss over these targets is least: their means; of classes the logarithms of their shares, where one
 * without examples counts as half an example, so that it stays a number.
 */
function guess(targets: Targets): Float32Array {
  if (targets.kind === "classes") {
    const { labels, classes } = targets;
    const counts = new Array<number>(classes).fill(0);
    for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
    return Float32Array.from(counts, (count) => Math.log((count || 0.5) / labels.length));
  }
  const { values, width } = targets;
  const sums = new Float64Array(width);
  for (let i = 0; i < values.length; i++) {
    sums[i % width] = (sums[i % width] as number) + (values[i] as number);
  }
  return Float32Array.from(sums, (sum) => sum / (values.length / width));
}
