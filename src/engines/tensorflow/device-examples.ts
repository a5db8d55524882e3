import { type ExampleSet, exampleSize } from "../examples.ts";
import { channelsLast, toChannelsLast } from "./layout.ts";
import type { Runtime, Tensor } from "./runtime.ts";

/** Examples on the device: bytes stay bytes there, and are scaled as batches are taken. */
export class DeviceExamples {
  readonly #runtime: Runtime;
  readonly #inputs: Tensor;
  /** [count, outputs]; one-hot for classes. */
  readonly #targets: Tensor;
  readonly #axis: Tensor;
  readonly #scaling: { readonly factor: Tensor; readonly offset: Tensor | undefined } | undefined;

  constructor(runtime: Runtime, examples: ExampleSet) {
    const { count, shape, inputs } = examples;
    this.#runtime = runtime;
    const kept = (tensor: Tensor) => runtime.keep(tensor);
    const values = inputs.values.subarray(0, count * exampleSize(examples));
    this.#inputs = kept(runtime.upload(toChannelsLast(values, shape), [count, ...channelsLast(shape)]));
    this.#targets = kept(uploadTargets(runtime, examples));
    this.#axis = kept(runtime.upload(Int32Array.of(0), []));
    this.#scaling =
      inputs.kind === "floats"
        ? undefined
        : {
            factor: kept(runtime.upload(Float32Array.of(inputs.scale), [])),
            offset:
              inputs.offset === 0 ? undefined : kept(runtime.upload(Float32Array.of(inputs.offset), [])),
          };
  }

  /** Inputs and targets of the examples at `indices`, in that order. */
  take(indices: Uint32Array): { readonly inputs: Tensor; readonly targets: Tensor } {
    const where = this.#runtime.upload(Int32Array.from(indices), [indices.length]);
    const gather = (tensor: Tensor) => this.#runtime.run("GatherV2", [tensor, where, this.#axis]);
    return { inputs: this.#scaled(gather(this.#inputs)), targets: gather(this.#targets) };
  }

  dispose(): void {
    const scaling = this.#scaling === undefined ? [] : [this.#scaling.factor, this.#scaling.offset];
    for (const tensor of [this.#inputs, this.#targets, this.#axis, ...scaling]) {
      if (tensor !== undefined) this.#runtime.free(tensor);
    }
  }

  #scaled(inputs: Tensor): Tensor {
    if (this.#scaling === undefined) return inputs;
    const { factor, offset } = this.#scaling;
    const floats = this.#runtime.run("Cast", [inputs], [this.#runtime.float32Type("DstT")]);
    const scaled = this.#runtime.run("Mul", [floats, factor]);
    return offset === undefined ? scaled : this.#runtime.run("AddV2", [scaled, offset]);
  }
}

function uploadTargets(runtime: Runtime, { count, targets }: ExampleSet): Tensor {
  if (targets.kind === "values") {
    return runtime.upload(targets.values.subarray(0, count * targets.width), [count, targets.width]);
  }
  const oneHot = new Float32Array(count * targets.classes);
  for (let i = 0; i < count; i++) oneHot[i * targets.classes + (targets.labels[i] as number)] = 1;
  return runtime.upload(oneHot, [count, targets.classes]);
}
