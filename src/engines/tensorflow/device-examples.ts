import { type ExampleSet, exampleSize, type InputValues, type TokenValues } from "../examples.ts";
import { channelsLast, toChannelsLast } from "./layout.ts";
import { PackedBytes } from "./packed-bytes.ts";
import type { Runtime, Tensor } from "./runtime.ts";
import { type TextBatch, textBatch } from "./text-batch.ts";

/** Takes the rows of a tensor that belong to a batch. */
type Gather = (tensor: Tensor) => Tensor;

/** What goes into a network. */
export interface BatchInputs {
  /** [batch, features], [batch, height, width, channels], or the tokens of all texts. */
  readonly values: Tensor;
  readonly texts?: TextBatch;
}

type NumericInputs = Exclude<InputValues, TokenValues>;

/** Inputs on the device, [count, features] or [count, height, width, channels]. */
interface DeviceInputs {
  take(gather: Gather, indices: Uint32Array, heads: ReadonlySet<number>): BatchInputs;
  dispose(): void;
}

/** What belongs to a batch. */
export interface Rows {
  /** Texts are laid out for attention with each of these numbers of heads. */
  inputs(heads: ReadonlySet<number>): BatchInputs;
  targets(): Tensor;
  readonly of: Gather;
}

/** Examples on the device; tokens, which are few, go there as batches are taken. */
export class DeviceExamples {
  readonly #runtime: Runtime;
  readonly #inputs: DeviceInputs;
  readonly #examples: ExampleSet;
  /** [count, outputs]; one-hot for classes. There once they are asked for: not every use has targets that fit. */
  #targets: Tensor | undefined;

  constructor(runtime: Runtime, examples: ExampleSet) {
    const { inputs } = examples;
    this.#runtime = runtime;
    this.#inputs =
      inputs.kind === "tokens" ? texts(runtime, inputs) : uploadInputs(runtime, examples, inputs);
    this.#examples = examples;
  }

  /** Inputs and targets of the examples at `indices`, in that order, and their rows of another tensor. */
  rows(indices: Uint32Array): Rows {
    const runtime = this.#runtime;
    const where = runtime.upload(Int32Array.from(indices), [indices.length]);
    const gather: Gather = (tensor) => runtime.run("GatherV2", [tensor, where, runtime.index(0)]);
    return {
      inputs: (heads) => this.#inputs.take(gather, indices, heads),
      targets: () => gather(this.#allTargets()),
      of: gather,
    };
  }

  dispose(): void {
    this.#inputs.dispose();
    if (this.#targets !== undefined) this.#runtime.free(this.#targets);
  }

  #allTargets(): Tensor {
    this.#targets ??= this.#runtime.keep(uploadTargets(this.#runtime, this.#examples));
    return this.#targets;
  }
}

function uploadInputs(runtime: Runtime, examples: ExampleSet, inputs: NumericInputs): DeviceInputs {
  const { count, shape } = examples;
  const deviceShape = channelsLast(shape);
  const size = count * exampleSize(examples);
  if (inputs.kind === "floats") {
    const values = toChannelsLast(inputs.values.subarray(0, size), shape);
    const tensor = runtime.keep(runtime.upload(values, [count, ...deviceShape]));
    return { take: (gather) => ({ values: gather(tensor) }), dispose: () => runtime.free(tensor) };
  }
  // Bytes stay bytes there, and are scaled as batches are taken.
  const bytes = new PackedBytes(runtime, toChannelsLast(inputs.values.subarray(0, size), shape), deviceShape);
  return {
    take(gather) {
      const scaled = runtime.run("Mul", [bytes.take(gather), runtime.constant(inputs.scale)]);
      if (inputs.offset === 0) return { values: scaled };
      return { values: runtime.run("AddV2", [scaled, runtime.constant(inputs.offset)]) };
    },
    dispose: () => bytes.dispose(),
  };
}

function texts(runtime: Runtime, inputs: TokenValues): DeviceInputs {
  return {
    take(_gather, indices, heads) {
      const batch = textBatch(runtime, inputs, indices, heads);
      return { values: batch.tokens, texts: batch };
    },
    dispose: () => {},
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
