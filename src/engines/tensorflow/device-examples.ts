import { type ExampleSet, exampleSize, numericInputs } from "../examples.ts";
import { channelsLast, toChannelsLast } from "./layout.ts";
import { PackedBytes } from "./packed-bytes.ts";
import type { Runtime, Tensor } from "./runtime.ts";

/** Takes the rows of a tensor that belong to a batch. */
type Gather = (tensor: Tensor) => Tensor;

/** Inputs on the device, [count, features] or [count, height, width, channels]. */
interface DeviceInputs {
  take(gather: Gather): Tensor;
  dispose(): void;
}

/** What belongs to a batch. */
export interface Rows {
  inputs(): Tensor;
  targets(): Tensor;
  readonly of: Gather;
}

/** Examples on the device. */
export class DeviceExamples {
  readonly #runtime: Runtime;
  readonly #inputs: DeviceInputs;
  readonly #examples: ExampleSet;
  /** [count, outputs]; one-hot for classes. There once they are asked for: not every use has targets that fit. */
  #targets: Tensor | undefined;
  readonly #axis: Tensor;

  constructor(runtime: Runtime, examples: ExampleSet) {
    this.#runtime = runtime;
    this.#inputs = uploadInputs(runtime, examples);
    this.#examples = examples;
    this.#axis = runtime.keep(runtime.upload(Int32Array.of(0), []));
  }

  /** Inputs and targets of the examples at `indices`, in that order, and their rows of another tensor. */
  rows(indices: Uint32Array): Rows {
    const where = this.#runtime.upload(Int32Array.from(indices), [indices.length]);
    const gather: Gather = (tensor) => this.#runtime.run("GatherV2", [tensor, where, this.#axis]);
    return {
      inputs: () => this.#inputs.take(gather),
      targets: () => gather(this.#allTargets()),
      of: gather,
    };
  }

  dispose(): void {
    this.#inputs.dispose();
    this.#runtime.free(this.#axis);
    if (this.#targets !== undefined) this.#runtime.free(this.#targets);
  }

  #allTargets(): Tensor {
    this.#targets ??= this.#runtime.keep(uploadTargets(this.#runtime, this.#examples));
    return this.#targets;
  }
}

function uploadInputs(runtime: Runtime, examples: ExampleSet): DeviceInputs {
  const { count, shape } = examples;
  const inputs = numericInputs(examples);
  const deviceShape = channelsLast(shape);
  const size = count * exampleSize(examples);
  if (inputs.kind === "floats") {
    const values = toChannelsLast(inputs.values.subarray(0, size), shape);
    const tensor = runtime.keep(runtime.upload(values, [count, ...deviceShape]));
    return { take: (gather) => gather(tensor), dispose: () => runtime.free(tensor) };
  }
  // Bytes stay bytes there, and are scaled as batches are taken.
  const bytes = new PackedBytes(runtime, toChannelsLast(inputs.values.subarray(0, size), shape), deviceShape);
  return {
    take(gather) {
      const scaled = runtime.run("Mul", [bytes.take(gather), runtime.constant(inputs.scale)]);
      return inputs.offset === 0 ? scaled : runtime.run("AddV2", [scaled, runtime.constant(inputs.offset)]);
    },
    dispose: () => bytes.dispose(),
  };
}

function uploadTargets(runtime: Runtime, { count, targets }: ExampleSet): Tensor {
  if (targets.kind === "values") {
    return runtime.upload(targets.values.subarray(0, count * targets.width), [count, targets.width]);
  }
  const oneHot = new Float32Array(count * targets.classes);
  for (let i = 0; i < count; i++) oneHot[i * targets.classes + (targets.labels[i] as number)] = 1;
  return runtime.upload(oneHot, [count, targets.classes]);
}
