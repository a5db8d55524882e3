import type { Masks } from "../../network/mask.ts";
import { type ParameterSpec, type Parameters, parameterSpecs } from "../../network/parameters.ts";
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
import type { Home } from "./home.ts";
import { buildLayers } from "./layers/index.ts";
import { type Layer, type Passed, tensorOf } from "./layers/layer.ts";
import { parameterLayout, toChannelsFirst } from "./layout.ts";
import { type BatchLoss, batchLoss, distilled, sumOfOutputs } from "./loss.ts";
import { measure } from "./measure.ts";
import { createOptimizer, type Optimizer } from "./optimizer.ts";
import { OwnVariables } from "./own-variables.ts";
import { passBackward, passForward } from "./passes.ts";
import type { Runtime, Tensor } from "./runtime.ts";
import { Lane } from "./stacks/lane.ts";
import type { Stack } from "./stacks/stack.ts";
import type { Stacks } from "./stacks/stacks.ts";
import type { TrainedParameter } from "./trained-parameter.ts";

/** What #computeGradients computes. */
interface GradientRequest extends Omit<GradientOptions, "masked"> {
  readonly masked: boolean;
  /** Whether weight decay is added. */
  readonly withDecay: boolean;
}

type Watch = (index: number, input: Tensor, passed: Passed) => void;

/**
 * A network whose parameters, masks and optimizer live on TensorFlow's device: in variables of its own, or, from the first
 * training that it shares with others, in a lane of their stack.
 */
export class TensorFlowNetwork implements Network {
  readonly spec: NetworkSpec;
  readonly #runtime: Runtime;
  readonly #onDevice: DeviceData;
  readonly #stacks: Stacks | undefined;
  readonly #parameters: readonly ParameterSpec[];
  readonly #layers: readonly Layer[];
  readonly #firstTrained: number;
  /** The numbers of heads of the layers with attention. */
  readonly #heads: ReadonlySet<number>;
  readonly #optimizerSpec: OptimizerSpec;
  readonly #optimizer: Optimizer;
  #home: OwnVariables | Lane;
  #masks: Masks = new Map();
  #step = 0;

  /** Without stacks it always trains alone. */
  constructor(
    runtime: Runtime,
    onDevice: DeviceData,
    spec: NetworkSpec,
    optimizer: OptimizerSpec,
    stacks?: Stacks,
  ) {
    this.spec = spec;
    this.#stacks = stacks;
    this.#runtime = runtime;
    this.#onDevice = onDevice;
    this.#layers = buildLayers(runtime, spec);
    this.#firstTrained = spec.layers.findIndex((layer) => "name" in layer);
    this.#heads = new Set(
      spec.layers.flatMap((layer) => (layer.kind === "transformer-block" ? [layer.heads] : [])),
    );
    this.#parameters = parameterSpecs(spec);
    this.#optimizerSpec = optimizer;
    this.#optimizer = createOptimizer(runtime, optimizer);
    this.#home = this.#ownVariables();
  }

  async readParameters(): Promise<Parameters> {
    return this.#home.read();
  }

  async writeParameters(parameters: Parameters): Promise<void> {
    this.#home.write(parameters);
  }

  async setMasks(masks: Masks): Promise<void> {
    this.#home.setMasks(masks);
    this.#masks = new Map([...masks].map(([name, mask]) => [name, mask.slice()]));
  }

  async train(examples: ExampleSet, order: Uint32Array, options: StepOptions): Promise<TrainResult> {
    const shared = { spec: this.spec, optimizer: this.#optimizerSpec, slotCount: this.#slotCount };
    for (;;) {
      const stack = this.#stacks?.find(shared, examples, options);
      if (stack === undefined) return this.#trainAlone(examples, order, options);
      const lane = this.#laneIn(stack);
      if (lane === undefined) {
        await stack.oneToEnd();
        continue;
      }
      const { learningRate, batchSize } = options;
      // At once: a lane that trains nothing may be given to another network.
      const result = await lane.train({ order, learningRate, stepsBefore: this.#step });
      this.#step += Math.ceil(order.length / batchSize);
      return result;
    }
  }

  #trainAlone(examples: ExampleSet, order: Uint32Array, options: StepOptions): TrainResult {
    const data = this.#onDevice.examples(examples);
    const { parameters } = this.#alone();
    const losses: Tensor[] = [];
    for (let start = 0; start < order.length; start += options.batchSize) {
      const batch = order.subarray(start, start + options.batchSize);
      losses.push(this.#trainStep(parameters, data, batch, options));
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
      const read = this.#parameters.map(({ name, shape }, index): [string, Float32Array] => [
        name,
        parameterLayout(shape).toHost(this.#runtime.read(gradients[index] as Tensor)),
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
      this.#home.read(slot),
    ]);
    return { step: this.#step, slots: new Map(slots) };
  }

  async writeOptimizerState(state: OptimizerState): Promise<void> {
    this.#step = state.step;
    this.#optimizer.slotNames.forEach((name, slot) => {
      const tensors = state.slots.get(name);
      if (tensors === undefined) throw new RangeError(`the optimizer's state has no '${name}'`);
      this.#home.write(tensors, slot);
    });
  }

  async dispose(): Promise<void> {
    this.#home.dispose();
  }

  /** The lane that it has or gets in a stack; undefined while others train in all of them. */
  #laneIn(stack: Stack): Lane | undefined {
    if (this.#home instanceof Lane && stack.has(this.#home)) return this.#home;
    const lane = stack.enter(() => this.#alone());
    return lane === undefined ? undefined : this.#moveTo(lane);
  }

  /** Has it in variables of its own from here on. */
  #alone(): OwnVariables {
    return this.#home instanceof OwnVariables ? this.#home : this.#moveTo(this.#ownVariables());
  }

  #moveTo<To extends OwnVariables | Lane>(to: To): To {
    const from: Home = this.#home;
    to.setMasks(this.#masks);
    to.write(from.read());
    for (const slot of this.#optimizer.slotNames.keys()) to.write(from.read(slot), slot);
    from.dispose();
    this.#home = to;
    return to;
  }

  #ownVariables(): OwnVariables {
    return new OwnVariables(this.#runtime, this.spec, this.#slotCount);
  }

  get #slotCount(): number {
    return this.#optimizer.slotNames.length;
  }

  /** One step of the optimizer; gives the sum of the batch's losses, to be freed by the caller. */
  #trainStep(
    parameters: readonly TrainedParameter[],
    data: DeviceExamples,
    batch: Uint32Array,
    { learningRate, distillation }: StepOptions,
  ): Tensor {
    this.#step++;
    return this.#runtime.scope(() => {
      // The inner scope frees the values of the parameters, so that they can change in place.
      const { lossSum, gradients } = this.#runtime.scope(() =>
        this.#computeGradients(data, batch, { distillation, masked: true, withDecay: true }),
      );
      const prepared = this.#optimizer.prepare(this.#step, learningRate);
      parameters.forEach(({ variable, slots }, index) => {
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
    const runtime = this.#runtime;
    const rows = data.rows(batch);
    const { values, texts } = rows.inputs(this.#heads);
    const pass = { parameters: this.#home.values(), texts };
    const steps = passForward(runtime, this.#layers, values, pass);
    const outputs = steps.at(-1)?.passed.output ?? values;
    const { sum, outputGradient } =
      loss === "own" ? this.#ownLoss(outputs, rows, distillation) : sumOfOutputs(runtime, outputs);
    const plain = passBackward(runtime, steps, this.#firstTrained, outputGradient, pass);
    const decayed = withDecay
      ? this.#parameters.map(({ name }, index) =>
          this.#decayed(plain[index] as Tensor, tensorOf(pass.parameters, name)),
        )
      : plain;
    return { lossSum: sum, gradients: masked ? this.#home.masked(decayed) : decayed };
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
        const pass = { parameters: this.#home.values(), texts };
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

  #decayed(gradient: Tensor, value: Tensor): Tensor {
    const { weightDecay } = this.#optimizerSpec;
    if (weightDecay === 0) return gradient;
    const decay = this.#runtime.run("Mul", [value, this.#runtime.constant(weightDecay)]);
    return this.#runtime.run("AddV2", [gradient, decay]);
  }
}

/** 0 .. count - 1 */
function inOrder(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index);
}
