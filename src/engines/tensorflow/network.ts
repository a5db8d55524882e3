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
import { forwardBatches } from "./forward-batches.ts";
import { buildLayers } from "./layers/index.ts";
import {
  type Layer,
  type LayerGradients,
  type ParameterValues,
  type Pass,
  type Passed,
  tensorOf,
} from "./layers/layer.ts";
import { toChannelsFirst } from "./layout.ts";
import { type BatchLoss, batchLoss, distilled, sumOfOutputs } from "./loss.ts";
import { measure } from "./measure.ts";
import { createOptimizer, type Optimizer } from "./optimizer.ts";
import type { Runtime, Tensor } from "./runtime.ts";
import { TrainedParameter } from "./trained-parameter.ts";
import type { Variable } from "./variable.ts";

/** What #computeGradients computes. */
interface GradientRequest extends Omit<GradientOptions, "masked"> {
  readonly masked: boolean;
  /** Whether weight decay is added. */
  readonly withDecay: boolean;
}

/** One layer in a forward pass. */
interface Step {
  readonly layer: Layer;
  readonly input: Tensor;
  readonly passed: Passed;
}

type Watch = (index: number, input: Tensor, passed: Passed) => void;

/** A network whose parameters, masks and optimizer live on TensorFlow's device. */
export class TensorFlowNetwork implements Network {
  readonly spec: NetworkSpec;
  readonly #runtime: Runtime;
  readonly #onDevice: DeviceData;
  readonly #parameters: readonly TrainedParameter[];
  readonly #layers: readonly Layer[];
  readonly #firstTrained: number;
  /** The numbers of heads of the layers with attention. */
  readonly #heads: ReadonlySet<number>;
  readonly #optimizer: Optimizer;
  readonly #weightDecay: number;
  #step = 0;

  constructor(runtime: Runtime, onDevice: DeviceData, spec: NetworkSpec, optimizer: OptimizerSpec) {
    this.spec = spec;
    this.#runtime = runtime;
    this.#onDevice = onDevice;
    this.#layers = buildLayers(runtime, spec);
    this.#firstTrained = spec.layers.findIndex((layer) => "name" in layer);
    this.#heads = new Set(
      spec.layers.flatMap((layer) => (layer.kind === "transformer-block" ? [layer.heads] : [])),
    );
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
    return measure(examples, await this.outputs(examples, inOrder(examples.count)));
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
    this.#forwardAll(examples, order, (last, places) => {
      const values = this.#readChannelsFirst(last);
      places.forEach((place, i) => {
        outputs.set(values.subarray(i * width, (i + 1) * width), place * width);
      });
    });
    return outputs;
  }

  async activationNorms(
    examples: ExampleSet,
    order: Uint32Array,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const inputs = weightedLayers(this.spec);
    const squares = inputs.map(zeroSquares);
    const watch: Watch = (at, input, passed) => {
      const inside = this.#layers[at]?.innerInputs?.(input, passed);
      inputs.forEach(({ index, layer }, i) => {
        if (index !== at) return;
        const met = this.#readChannelsFirst(inside?.get(layer.name) ?? input);
        addSquares(squares[i] as Float64Array, met);
      });
    };
    this.#forwardAll(examples, order, () => {}, watch);
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
    const rows = data.rows(batch);
    const { values, texts } = rows.inputs(this.#heads);
    const pass = { parameters: this.#values(), texts };
    const steps = this.#forward(values, pass);
    const outputs = steps.at(-1)?.passed.output ?? values;
    const { sum, outputGradient } =
      loss === "own" ? this.#ownLoss(outputs, rows, distillation) : sumOfOutputs(this.#runtime, outputs);
    const plain = this.#backward(steps, outputGradient, pass);
    const gradients = this.#parameters.map((parameter, index) => {
      const gradient = plain[index] as Tensor;
      const decayed = withDecay
        ? this.#decayed(gradient, tensorOf(pass.parameters, parameter.name))
        : gradient;
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

  /**
   * Passes the examples forward, some at a time, and shows the outputs of these with their places in `order`. What `watch`
   * sees of each layer is freed as it returns.
   */
  #forwardAll(
    examples: ExampleSet,
    order: Uint32Array,
    show: (outputs: Tensor, places: Uint32Array) => void,
    watch?: Watch,
  ): void {
    const runtime = this.#runtime;
    const data = this.#onDevice.examples(examples);
    for (const places of forwardBatches(examples, order)) {
      const batch = places.map((place) => order[place] as number);
      runtime.scope(() => {
        const { values, texts } = data.rows(batch).inputs(this.#heads);
        const pass = { parameters: this.#values(), texts };
        const through = (input: Tensor, layer: Layer, at: number) =>
          runtime.scope(() => {
            const passed = layer.forward(input, pass);
            watch?.(at, input, passed);
            return passed.output;
          });
        show(this.#layers.reduce(through, values), places);
      });
    }
  }

  /** The values of a batch as they lie outside: [example][channel][y][x]. */
  #readChannelsFirst(batch: Tensor): Float32Array {
    return toChannelsFirst(this.#runtime.read(batch), batch.shape.slice(1));
  }

  #forward(values: Tensor, pass: Pass): Step[] {
    const steps: Step[] = [];
    let input = values;
    for (const layer of this.#layers) {
      const passed = this.#runtime.scope(() => layer.forward(input, pass));
      steps.push({ layer, input, passed });
      input = passed.output;
    }
    return steps;
  }

  /** The gradients of the parameters, in their order. */
  #backward(steps: readonly Step[], outputGradient: Tensor, pass: Pass): Tensor[] {
    const gradients: Tensor[] = [];
    let gradient: Tensor | undefined = outputGradient;
    for (let i = steps.length - 1; i >= this.#firstTrained && gradient !== undefined; i--) {
      const { layer, input, passed } = steps[i] as Step;
      const wantsInputGradient = i > this.#firstTrained;
      const given: LayerGradients = this.#runtime.scope(() =>
        layer.backward({ input, passed, outputGradient: gradient as Tensor, wantsInputGradient }, pass),
      );
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
