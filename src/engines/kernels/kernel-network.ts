import type {
  Evaluation,
  Masks,
  Network,
  OptimizerSpec,
  OptimizerState,
  Parameters,
  TrainOptions,
  TrainResult,
} from "../engine.ts";
import { type ExampleSet, exampleSize } from "../examples.ts";
import { layerOutputShapes, type NetworkSpec, type ParameterSpec, parameterSpecs } from "../network-spec.ts";
import { slotNames } from "./abi.ts";
import type { KernelInstance } from "./kernel-instance.ts";
import { zeroFraction } from "./zero-fraction.ts";

/** A network of the kernels engine, whichever build computes it. A call blocks its thread until it is done. */
export class KernelNetwork implements Network {
  readonly spec: NetworkSpec;
  private readonly parameters: readonly ParameterSpec[];
  private readonly slots: readonly string[];
  private readonly inputSize: number;
  private readonly outputs: number;
  private instance: KernelInstance | undefined;

  constructor(spec: NetworkSpec, optimizer: OptimizerSpec, instance: KernelInstance) {
    this.spec = spec;
    this.parameters = parameterSpecs(spec);
    this.slots = slotNames(optimizer);
    this.inputSize = exampleSize({ shape: spec.inputShape });
    this.outputs = exampleSize({ shape: layerOutputShapes(spec).at(-1) ?? spec.inputShape });
    this.instance = instance;
  }

  async readParameters(): Promise<Parameters> {
    return this.split(this.kernels.read(0));
  }

  async writeParameters(parameters: Parameters): Promise<void> {
    this.kernels.write(0, this.join(parameters));
  }

  async setMasks(masks: Masks): Promise<void> {
    const flat = new Uint8Array(this.parameterCount).fill(1);
    let offset = 0;
    for (const { name, size } of this.parameters) {
      const mask = masks.get(name);
      if (mask !== undefined) flat.set(sized(name, mask, size), offset);
      offset += size;
    }
    this.kernels.setMasks(flat);
  }

  async train(examples: ExampleSet, order: Uint32Array, options: TrainOptions): Promise<TrainResult> {
    this.checkExamples(examples, order);
    const { batchSize, learningRate } = options;
    if (!(Number.isInteger(batchSize) && batchSize >= 1)) throw new RangeError(`batch size ${batchSize}`);
    this.kernels.expectZeros(zeroFraction(examples));
    const loss = this.kernels.train(examples, order, batchSize, learningRate);
    return { loss: loss / order.length, finite: Number.isFinite(loss) };
  }

  async evaluate(examples: ExampleSet): Promise<Evaluation> {
    this.checkExamples(examples);
    this.kernels.expectZeros(zeroFraction(examples));
    const { loss, correct } = this.kernels.evaluate(examples);
    const classifies = this.spec.loss === "softmax-cross-entropy";
    return { loss: loss / examples.count, accuracy: classifies ? correct / examples.count : undefined };
  }

  async gradients(examples: ExampleSet, order: Uint32Array): Promise<Parameters> {
    this.checkExamples(examples, order);
    this.kernels.expectZeros(zeroFraction(examples));
    return this.split(this.kernels.gradients(examples, order));
  }

  async readOptimizerState(): Promise<OptimizerState> {
    const slots = this.slots.map((name, index): [string, Parameters] => [
      name,
      this.split(this.kernels.read(index + 1)),
    ]);
    return { step: this.kernels.readStep(), slots: new Map(slots) };
  }

  async writeOptimizerState(state: OptimizerState): Promise<void> {
    const flat = this.slots.map((name) => {
      const tensors = state.slots.get(name);
      if (tensors === undefined) throw new RangeError(`the optimizer's state has no '${name}'`);
      return this.join(tensors);
    });
    flat.forEach((values, index) => {
      this.kernels.write(index + 1, values);
    });
    this.kernels.writeStep(state.step);
  }

  async dispose(): Promise<void> {
    this.instance?.release();
    this.instance = undefined;
  }

  private get kernels(): KernelInstance {
    if (this.instance === undefined) throw new Error("the network is disposed of");
    return this.instance;
  }

  private get parameterCount(): number {
    return this.parameters.reduce((sum, { size }) => sum + size, 0);
  }

  /** The kernels read memory by these sizes and indices, so nothing wrong may reach them. */
  private checkExamples(examples: ExampleSet, order?: Uint32Array): void {
    const { count, shape, inputs, targets } = examples;
    if (exampleSize({ shape }) !== this.inputSize || inputs.values.length < count * this.inputSize) {
      throw new RangeError(`examples of shape [${shape.join(", ")}] do not fit the network`);
    }
    const [values, width] =
      targets.kind === "classes" ? [targets.labels, targets.classes] : [targets.values, targets.width];
    const expected = this.spec.loss === "softmax-cross-entropy" ? "classes" : "values";
    const needed = targets.kind === "classes" ? count : count * width;
    if (targets.kind !== expected || width !== this.outputs || values.length < needed) {
      throw new RangeError(`targets of ${width} ${targets.kind} do not fit ${this.outputs} outputs`);
    }
    if (order?.some((index) => index >= count)) throw new RangeError(`an index past ${count} examples`);
  }

  private split(flat: Float32Array): Parameters {
    let offset = 0;
    return new Map(
      this.parameters.map(({ name, size }) => {
        offset += size;
        return [name, flat.slice(offset - size, offset)];
      }),
    );
  }

  private join(tensors: Parameters): Float32Array {
    const flat = new Float32Array(this.parameterCount);
    let offset = 0;
    for (const { name, size } of this.parameters) {
      const values = tensors.get(name);
      if (values === undefined) throw new RangeError(`no tensor named '${name}'`);
      flat.set(sized(name, values, size), offset);
      offset += size;
    }
    return flat;
  }
}

function sized<T extends { readonly length: number }>(name: string, values: T, size: number): T {
  if (values.length !== size) throw new RangeError(`${name} has ${size} values, not ${values.length}`);
  return values;
}
