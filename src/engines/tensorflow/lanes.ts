import { inputError } from "../../foundations/errors.ts";
import { quote } from "../../foundations/quote.ts";
import { parameterCount } from "../../network/parameters.ts";
import { layerOutputShapes } from "../../network/shapes.ts";
import type { LayerSpec, NetworkSpec } from "../../network/specification.ts";
import { denseMacs } from "../../network/weighted-layers.ts";

/** Names how many networks train at once; part of what the numbers depend on. */
const VARIABLE = "PRUNE_LAB_TENSORFLOW_LANES";
/** On a GPU a step of this many small networks takes 1.5 to 2.5 times as long as one of a network alone (bench/gpu.md). */
export const GPU_LANES = 16;
/** On a CPU many at once take as long as one after the other, or longer. */
export const CPU_LANES = 1;
const MOST = 256;

/** How many networks are to train at once; undefined where the user does not say. */
export function askedLanes(environment: NodeJS.ProcessEnv): number | undefined {
  const asked = environment[VARIABLE];
  if (asked === undefined || asked === "") return undefined;
  const lanes = Number(asked);
  if (Number.isInteger(lanes) && lanes >= 1 && lanes <= MOST) return lanes;
  throw inputError(`${VARIABLE} is ${quote(asked)}, not a whole number from 1 to ${MOST}.`, {
    hint: `It says how many networks the engine tensorflow trains at once. Write ${VARIABLE}=16, or leave it out.`,
  });
}

/** Layers that lanes have. */
const KINDS: readonly LayerSpec["kind"][] = ["dense", "conv2d", "max-pool", "flatten", "activation"];

/**
 * A network with more keeps a GPU busy by itself: since a step computes all lanes, used or not, it would take many times as long in one
 * as alone. Parameters, and multiply-adds of a batch, forward.
 */
const MOST_PARAMETERS = 2 ** 20;
const MOST_MULTIPLY_ADDS = 2 ** 29;

/**
 * Whether networks of a specification train in lanes, in batches of that size, if TensorFlow can convolve in groups. It does not depend
 * on how many there are: their numbers would.
 */
export function fitsLanes(spec: NetworkSpec, batchSize: number): boolean {
  return (
    spec.layers.every(({ kind }) => KINDS.includes(kind)) &&
    layerOutputShapes(spec).at(-1)?.length === 1 &&
    parameterCount(spec) <= MOST_PARAMETERS &&
    batchSize * denseMacs(spec) <= MOST_MULTIPLY_ADDS
  );
}
