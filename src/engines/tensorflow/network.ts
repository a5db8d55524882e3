import type { Masks } from "../../network/mask.ts";
import { type Parameters, parameterSpecs } from "../../network/parameters.ts";
import { layerOutputShapes, sizeOf } from "../../network/shapes.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { weightedLayers } from "../../network/weighted-layers.ts";
import { activationNorms, addSquares, zeroSquares } from "../activation-norms.ts";
import type {
  Distillation,
  Evaluation,
  GradientOptions,
  Network,
  OptimizerSpec,
  OptimizerState,
  StepOptions,
  TrainResult,
} from "../engine.ts";
import type { ExampleSet } from "../examples.ts";
import type { DeviceData } from "./device-data.ts";
import type { DeviceExamples, Rows } from "./device-examples.ts";
import { buildLayers } from "./layers/index.ts";
import { type Layer, type ParameterValues, tensorOf } from "./layers/layer.ts";
import { toChannelsFirst } from "./layout.ts";
import { type BatchLoss, batchLoss, distilled, sumOfOutputs } from "./loss.ts";
import { Measurement } from "./measure.ts";
import { createOptimizer, type Optimizer } from "./optimizer.ts";
import type { Runtime, Tensor } from "./runtime.ts";
import { TrainedParameter } from "./trained-parameter.ts";
import type { Variable } from "./variable.ts";

/** Examples at a time where there is no backward pass. */
const FORWARD_BATCH = 500;

/** What #computeGradients computes. */
interface GradientRequest extends Omit<GradientOptions, "masked"> {
  readonly masked: boolean;
  /** Whether weight decay is added. */
  readonly withDecay: boolean;
}

/** A network whose parameters, masks and optimizer live on TensorFlow's device. */
export class TensorFlowNetwork implements Network {
  readonly spec: NetworkSpec;
  readonly #runtime: Runtime;
  readonly #onDevice: DeviceData;
  readonly #parameters: readonly TrainedParameter[];
  readonly #layers: readonly Layer[];
  readonly #firstTrained: number;
  readonly #optimizer: Optimizer;
  readonly #weightDecay: number;
  #step = 0;

  constructor(runtime: Runtime, onDevice: DeviceData, spec: NetworkSpec, optimizer: OptimizerSpec) {
    this.spec = spec;
    this.#runtime = runtime;
    this.#onDevice = onDevice;
    this.#layers = buildLayers(runtime, spec);
    this.#firstTrained = spec.layers.findIndex((layer) => "name" in layer);
    this.#optimizer = createOptimizer(runtime, optimizer);
    this.#weightDecay = optimizer.weightDecay;
    const slotCount = this.#optimizer.slotNames.length;
    this.#parameters = parameterSpecs(spec).map((each) => new TrainedParameter(runtime, each, slotCount));
  }

  async readParameters(): Promise<Parameters> {
    return this.#readAll(({ variable }) => variable);
  }

  async writeParameters(parameters: Parameters): Promise<void> {
    this.#writeAll(parameters, ({ variable }) => variable);
  }

  async setMasks(masks: Masks): Promise<void> {
    for (const parameter of this.#parameters) parameter.setMask(masks.get(parameter.name));
  }

  async train(examples: ExampleSet, order: Uint32Array, options: StepOptions): Promise<TrainResult> {
    const data = this.#onDevice.examples(examples);
    const losses: Tensor[] = [];
    for (let start = 0; start < order.length; start += options.batchSize) {
      const batch = order.subarray(start, start + options.batchSize);
      losses.push(this.#trainStep(data, batch, options));
    }
    // Read at the end, so that the device never waits for this thread within the call.
    let lossSum = 0;
    for (const loss of losses) {
      lossSum += this.#runtime.read(loss)[0] as number;
      this.#runtime.free(loss);
    }
    return { loss: lossSum / order.length, finite: Number.isFinite(lossSum) };
  }

  async evaluate(examples: ExampleSet): Promise<Evaluation> {
    const measurement = new Measurement(examples);
    this.#forwardAll(examples, inOrder(examples.count), (activations) => {
      const outputs = activations.at(-1) as Tensor;
      measurement.add(this.#runtime.read(outputs), outputs.shape[1] as number);
    });
    return measurement.result();
  }

  async gradients(
    examples: ExampleSet,
    order: Uint32Array,
    { masked = true, ...of }: GradientOptions = {},
  ): Promise<Parameters> {
    const data = this.#onDevice.examples(examples);
    return this.#runtime.scope(() => {
      const { gradients } = this.#computeGradients(data, order, { ...of, masked, withDecay: false });
      const read = this.#parameters.map((parameter, index): [string, Float32Array] => [
        parameter.name,
        parameter.readTensor(gradients[index] as Tensor),
      ]);
      return new Map(read);
    });
  }

  async outputs(examples: ExampleSet, order: Uint32Array): Promise<Float32Array> {
    const width = sizeOf(layerOutputShapes(this.spec).at(-1) ?? this.spec.inputShape);
    const outputs = new Float32Array(order.length * width);
    let done = 0;
    this.#forwardAll(examples, order, (activations) => {
      const values = this.#readChannelsFirst(activations.at(-1) as Tensor);
      outputs.set(values, done);
      done += values.length;
    });
    return outputs;
  }

  async activationNorms(
    examples: ExampleSet,
    order: Uint32Array,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const inputs = weightedLayers(this.spec);
    const squares = inputs.map(zeroSquares);
    this.#forwardAll(examples, order, (activations) => {
      inputs.forEach(({ index }, i) => {
        addSquares(squares[i] as Float64Array, this.#readChannelsFirst(activations[index] as Tensor));
      });
    });
    return activationNorms(inputs, squares);
  }

  async readOptimizerState(): Promise<OptimizerState> {
    const slots = this.#optimizer.slotNames.map((name, slot): [string, Parameters] => [
      name,
      this.#readAll(({ slots }) => slots[slot] as Variable),
    ]);
    return { step: this.#step, slots: new Map(slots) };
  }

  async writeOptimizerState(state: OptimizerState): Promise<void> {
    this.#step = state.step;
    this.#optimizer.slotNames.forEach((name, slot) => {
      const tensors = state.slots.get(name);
      if (tensors === undefined) throw new RangeError(`the optimizer's state has no '${name}'`);
      this.#writeAll(tensors, ({ slots }) => slots[slot] as Variable);
    });
  }

  async dispose(): Promise<void> {
    for (const parameter of this.#parameters) parameter.dispose();
  }

  /** One step of the optimizer; gives the sum of the batch's losses, to be freed by the caller. */
  #trainStep(data: DeviceExamples, batch: Uint32Array, { learningRate, distillation }: StepOptions): Tensor {
    this.#step++;
    return this.#runtime.scope(() => {
      // The inner scope frees the values of the parameters, so that they can change in place.
      const { lossSum, gradients } = this.#runtime.scope(() =>
        this.#computeGradients(data, batch, { distillation, masked: true, withDecay: true }),
      );
      const prepared = this.#optimizer.prepare(this.#step, learningRate);
      this.#parameters.forEach(({ variable, slots }, index) => {
        this.#optimizer.apply(variable, slots, prepared, gradients[index] as Tensor);
      });
      return this.#runtime.keep(lossSum);
    });
  }

  /** Gradients of the mean loss over the batch, in the order of the parameters, and the sum of the losses. */
  #computeGradients(
    data: DeviceExamples,
    batch: Uint32Array,
    { loss = "own", distillation, masked, withDecay }: GradientRequest,
  ): { readonly lossSum: Tensor; readonly gradients: readonly Tensor[] } {
    const values = this.#values();
    const rows = data.rows(batch);
    const activations = this.#forward(rows.inputs(), values);
    const outputs = activations.at(-1) as Tensor;
    const { sum, outputGradient } =
      loss === "own" ? this.#ownLoss(outputs, rows, distillation) : sumOfOutputs(this.#runtime, outputs);
    const plain = this.#backward(activations, outputGradient, values);
    const gradients = this.#parameters.map((parameter, index) => {
      const gradient = plain[index] as Tensor;
      const decayed = withDecay ? this.#decayed(gradient, tensorOf(values, parameter.name)) : gradient;
      return masked ? parameter.masked(decayed) : decayed;
    });
    return { lossSum: sum, gradients };
  }

  #ownLoss(outputs: Tensor, rows: Rows, distillation: Distillation | undefined): BatchLoss {
    const { loss } = this.spec;
    const own = batchLoss(this.#runtime, loss, outputs, rows.targets());
    if (distillation === undefined) return own;
    const all = this.#onDevice.teacher(distillation.teacherOutputs, outputs.shape[1] ?? 1);
    return distilled(this.#runtime, own, loss, outputs, rows.of(all), distillation);
  }

  /** Passes the examples forward, some at a time, and shows the input and each layer's output of these. */
  #forwardAll(
    examples: ExampleSet,
    order: Uint32Array,
    show: (activations: readonly Tensor[]) => void,
  ): void {
    const data = this.#onDevice.examples(examples);
    for (let start = 0; start < order.length; start += FORWARD_BATCH) {
      const batch = order.subarray(start, start + FORWARD_BATCH);
      this.#runtime.scope(() => show(this.#forward(data.rows(batch).inputs(), this.#values())));
    }
  }

  /** The values of a batch as they lie outside: [example][channel][y][x]. */
  #readChannelsFirst(batch: Tensor): Float32Array {
    return toChannelsFirst(this.#runtime.read(batch), batch.shape.slice(1));
  }

  /** The network's input followed by the output of each layer. */
  #forward(input: Tensor, values: ParameterValues): Tensor[] {
    const activations = [input];
    for (const layer of this.#layers) activations.push(layer.forward(activations.at(-1) as Tensor, values));
    return activations;
  }

  /** The gradients of the parameters, in their order. */
  #backward(activations: readonly Tensor[], outputGradient: Tensor, values: ParameterValues): Tensor[] {
    const gradients: Tensor[] = [];
    let gradient: Tensor | undefined = outputGradient;
    for (let i = this.#layers.length - 1; i >= this.#firstTrained && gradient !== undefined; i--) {
      const [input, output] = [activations[i] as Tensor, activations[i + 1] as Tensor];
      const wantsInputGradient = i > this.#firstTrained;
      const layer = this.#layers[i] as Layer;
      const given = layer.backward({ input, output, outputGradient: gradient, wantsInputGradient }, values);
      gradients.unshift(...given.parameters);
      gradient = given.input;
    }
    return gradients;
  }

  #decayed(gradient: Tensor, value: Tensor): Tensor {
    if (this.#weightDecay === 0) return gradient;
    const decay = this.#runtime.run("Mul", [value, this.#runtime.constant(this.#weightDecay)]);
    return this.#runtime.run("AddV2", [gradient, decay]);
  }

  #values(): ParameterValues {
    return new Map(this.#parameters.map(({ name, variable }) => [name, variable.value()]));
  }

  #readAll(of: (parameter: TrainedParameter) => Variable): Parameters {
    return new Map(this.#parameters.map((parameter) => [parameter.name, parameter.read(of(parameter))]));
  }

  #writeAll(tensors: Parameters, of: (parameter: TrainedParameter) => Variable): void {
    for (const parameter of this.#parameters) parameter.write(of(parameter), tensors);
  }
}

/** 0 .. count - 1 */
function inOrder(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index);
}
