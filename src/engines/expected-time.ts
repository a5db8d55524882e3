import { parameterCount } from "../network/parameters.ts";
import type { LayerSpec, NetworkSpec } from "../network/specification.ts";
import { findCompiler, type VectorInstructions, vectorInstructions } from "./kernels/compiler.ts";
import { fitsLanes } from "./tensorflow/lanes.ts";

/**
 * How fast networks of one specification are trained, roughly: a step of one of them takes `secondsAStep` and its
 * multiply-adds over `rate`. docs/decisions/engine-auto.md compares what is expected with what was measured.
 */
export interface Speed {
  /** Once a study, before anything is trained. */
  readonly secondsToStart: number;
  readonly secondsAStep: number;
  /** Multiply-adds a second, of each network. */
  readonly rate: number;
  /** Networks that are trained at once. */
  readonly atOnce: number;
}

/** Seconds that a step with so many multiply-adds takes for each of the networks that are trained at once. */
export function stepSeconds({ secondsAStep, rate, atOnce }: Speed, multiplyAdds: number): number {
  return (secondsAStep + multiplyAdds / rate) / atOnce;
}

type Instructions = VectorInstructions | "WebAssembly";

/**
 * Multiply-adds a second of one core: of dense steps with Adam of 784-300-100-10, 784-2048-2048-10 and LeNet-5, batch 64 and
 * 1024, three passes of all layers taken as the work. Measured: 60e9 to 104e9 with AVX-512 (bench/gpu.md); 13e9 to 32e9 with
 * AVX2, and 7e9 to 21e9 compiled without, on a busy 2-core virtual machine; 8e9 to 18e9 in WebAssembly on that machine, and
 * 16e9 to 42e9 on one with AVX-512 (docs/performance.md). NEON is not measured.
 */
const CORE_RATES: Readonly<Record<Instructions, number>> = {
  "AVX-512": 75e9,
  AVX2: 25e9,
  AVX: 12e9,
  SSE2: 12e9,
  NEON: 12e9,
  "no vector instructions": 12e9,
  WebAssembly: 18e9,
};

/** With networks on so many cores. */
export function kernelsSpeed(instructions: Instructions, cores: number): Speed {
  return { secondsToStart: 0, secondsAStep: 0, rate: CORE_RATES[instructions], atOnce: cores };
}

/** What the engine of that name, one of the kernels, computes with here. */
export async function instructionsOf(kernels: string): Promise<Instructions> {
  const compiler = kernels === "kernels-native" ? await findCompiler() : undefined;
  return compiler === undefined ? "WebAssembly" : vectorInstructions(compiler);
}

/** Seconds to start an operation of TensorFlow: 23e-6 to 30e-6 on an H200, in whole sweeps up to twice that (bench/gpu.md). */
const SECONDS_AN_OPERATION = 28e-6;

/**
 * Operations and uploads of a step with Adam: of each layer, and of the rest. Counted on 784-300-100-10 (50), LeNet-5 (74)
 * and other networks, within 3 of each.
 */
const REST = 17;
const OPERATIONS: Readonly<Record<LayerSpec["kind"], number>> = {
  dense: 11,
  conv2d: 13,
  "max-pool": 5,
  flatten: 0,
  activation: 0,
  embeddings: 36,
  "transformer-block": 157,
  "first-token": 0,
};

/** How many times the operations of a network alone all lanes take together: 73 for 50, 105 for 74. */
const LANES_OPERATIONS = 1.45;

/** Multiply-adds a second of a GPU: 5e12 for LeNet-5 and 26e12 for 784-2048-2048-10, batch 1024, on an H200 (bench/gpu.md). */
const GPU_RATE = 10e12;

/**
 * Seconds that each lane adds to a step beside its arithmetic, on an H200 (bench/gpu.md): to read and write parameters, moments and
 * masks, and to start the kernels of a convolution's group.
 */
const LANE_SECONDS_A_PARAMETER = 77e-12;
const LANE_SECONDS_A_CONVOLUTION = 65e-6;

/**
 * TensorFlow is loaded, finds the GPU and starts its libraries twice in a study, once to see what it runs on. Not timed
 * by itself: without it a sweep with lanes is expected to take less than a third of what it took on an H200.
 */
const GPU_SECONDS_TO_START = 6;

/** Of TensorFlow on a GPU, in batches of that size, with so many lanes and so many runs that may be at work. */
export function gpuSpeed(spec: NetworkSpec, batchSize: number, lanes: number, workers: number): Speed {
  const operations = spec.layers.reduce((sum, { kind }) => sum + OPERATIONS[kind], REST);
  const secondsAStep = operations * SECONDS_AN_OPERATION;
  if (lanes === 1 || !fitsLanes(spec, batchSize))
    return { secondsToStart: GPU_SECONDS_TO_START, secondsAStep, rate: GPU_RATE, atOnce: 1 };
  // A step computes all lanes, whether they are in use or not.
  const convolutions = spec.layers.filter(({ kind }) => kind === "conv2d").length;
  const eachLane =
    LANE_SECONDS_A_PARAMETER * parameterCount(spec) + LANE_SECONDS_A_CONVOLUTION * convolutions;
  return {
    secondsToStart: GPU_SECONDS_TO_START,
    secondsAStep: LANES_OPERATIONS * secondsAStep + lanes * eachLane,
    rate: GPU_RATE / lanes,
    atOnce: Math.min(lanes, workers),
  };
}
