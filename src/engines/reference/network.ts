import type { Masks } from "../../network/mask.ts";
import { type Parameters, parameterSpecs } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { weightedLayers } from "../../network/weighted-layers.ts";
import { activationNorms, addSquares, zeroSquares } from "../activation-norms.ts";
import type {
  Evaluation,
  GradientOptions,
  Network,
  OptimizerSpec,
  OptimizerState,
  StepOptions,
  TrainResult,
} from "../engine.ts";
import { type ExampleSet, exampleSize } from "../examples.ts";
import { buildLayers } from "./layers/index.ts";
import type { Layer, Parameter } from "./layers/layer.ts";
import { distilled, type ExampleLoss, exampleLoss, sumOfOutputs } from "./loss.ts";
import { createOptimizer, type Optimizer } from "./optimizer.ts";

type LossRequest = Pick<GradientOptions, "loss" | "distillation">;

interface TrainedParameter extends Parameter {
  mask: Uint8Array | undefined;
  /** One tensor a slot of the optimizer. */
  readonly slots: readonly Float32Array[];
}

/**
 * A network that computes one example at a time. Inputs, activations, gradients and the arithmetic of a step
 * are float64; parameters and optimizer state are rounded to float32 once, at the end of each step.
 */
export class ReferenceNetwork implements Network {
  readonly spec: NetworkSpec;
  private readonly parameters: readonly TrainedParameter[];
  private readonly layers: readonly Layer[];
  private readonly optimizer: Optimizer;
  private step = 0;

  constructor(spec: NetworkSpec, optimizer: OptimizerSpec) {
    this.spec = spec;
    this.optimizer = createOptimizer(optimizer);
    this.parameters = parameterSpecs(spec).map(({ name, size }) => ({
      name,
      values: new Float32Array(size),
      gradient: new Float64Array(size),
      mask: undefined,
      slots: this.optimizer.slotNames.map(() => new Float32Array(size)),
    }));
    const byName = new Map(this.parameters.map((parameter) => [parameter.name, parameter]));
    this.layers = buildLayers(spec, (name) => tensorOf(byName, name));
  }

  async readParameters(): Promise<Parameters> {
    return new Map(this.parameters.map(({ name, values }) => [name, values.slice()]));
  }

  async writeParameters(parameters: Parameters): Promise<void> {
    for (const { name, values } of this.parameters) copyTensor(parameters, name, values);
    this.zeroPruned();
  }

  async setMasks(masks: Masks): Promise<void> {
    for (const parameter of this.parameters) parameter.mask = masks.get(parameter.name)?.slice();
    this.zeroPruned();
  }

  async train(examples: ExampleSet, order: Uint32Array, options: StepOptions): Promise<TrainResult> {
    let lossSum = 0;
    let finite = true;
    for (let start = 0; start < order.length; start += options.batchSize) {
      const batch = order.subarray(start, start + options.batchSize);
      const batchLossSum = this.computeGradients(examples, batch, options);
      this.maskGradients();
      this.update(options.learningRate);
      lossSum += batchLossSum;
      finite &&= Number.isFinite(batchLossSum);
    }
    return { loss: lossSum / order.length, finite };
  }

  async evaluate(examples: ExampleSet): Promise<Evaluation> {
    let lossSum = 0;
    let correctCount = 0;
    for (let index = 0; index < examples.count; index++) {
      const { loss, correct } = exampleLoss(
        this.spec.loss,
        last(this.forward(examples, index)),
        examples,
        index,
      );
      lossSum += loss;
      if (correct) correctCount++;
    }
    const classifies = this.spec.loss === "softmax-cross-entropy";
    return {
      loss: lossSum / examples.count,
      accuracy: classifies ? correctCount / examples.count : undefined,
    };
  }

  async gradients(
    examples: ExampleSet,
    order: Uint32Array,
    { masked = true, ...of }: GradientOptions = {},
  ): Promise<Parameters> {
    this.computeGradients(examples, order, of);
    if (masked) this.maskGradients();
    return new Map(this.parameters.map(({ name, gradient }) => [name, Float32Array.from(gradient)]));
  }

  async outputs(examples: ExampleSet, order: Uint32Array): Promise<Float32Array> {
    return Float32Array.from([...order].flatMap((index) => [...last(this.forward(examples, index))]));
  }

  async activationNorms(
    examples: ExampleSet,
    order: Uint32Array,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const inputs = weightedLayers(this.spec);
    const squares = inputs.map(zeroSquares);
    for (const example of order) {
      const values = this.forward(examples, example);
      const inside = values.map((input, i) => this.layers[i]?.innerInputs?.(input));
      inputs.forEach(({ layer, index }, i) => {
        const met = inside[index]?.get(layer.name) ?? values[index];
        addSquares(squares[i] as Float64Array, met as Float64Array);
      });
    }
    return activationNorms(inputs, squares);
  }

  async readOptimizerState(): Promise<OptimizerState> {
    const slots = this.optimizer.slotNames.map((slotName, slot): [string, Parameters] => [
      slotName,
      new Map(this.parameters.map(({ name, slots }) => [name, (slots[slot] as Float32Array).slice()])),
    ]);
    return { step: this.step, slots: new Map(slots) };
  }

  async writeOptimizerState(state: OptimizerState): Promise<void> {
    this.step = state.step;
    this.optimizer.slotNames.forEach((slotName, slot) => {
      const tensors = tensorOf(state.slots, slotName);
      for (const { name, slots } of this.parameters) copyTensor(tensors, name, slots[slot] as Float32Array);
    });
    this.zeroPruned();
  }

  async dispose(): Promise<void> {}

  /** The network's input followed by the output of each layer, for one example. */
  private forward(examples: ExampleSet, index: number): Float64Array[] {
    const values = [exampleInput(examples, index)];
    for (const layer of this.layers) values.push(layer.forward(last(values)));
    return values;
  }

  /** Leaves the gradient of the mean loss over the batch, pruned values included; returns the sum of the losses. */
  private computeGradients(examples: ExampleSet, batch: Uint32Array, of: LossRequest): number {
    for (const { gradient } of this.parameters) gradient.fill(0);
    let lossSum = 0;
    for (const index of batch) {
      const values = this.forward(examples, index);
      const { loss, gradient } = this.lossOf(last(values), examples, index, of);
      lossSum += loss;
      let outputGradient: Float64Array = gradient.map((value) => value / batch.length);
      for (let i = this.layers.length - 1; i >= 0; i--) {
        const layer = this.layers[i] as Layer;
        const [input, output] = [values[i] as Float64Array, values[i + 1] as Float64Array];
        outputGradient = layer.backward(input, output, outputGradient);
      }
    }
    return lossSum;
  }

  private lossOf(
    outputs: Float64Array,
    examples: ExampleSet,
    index: number,
    { loss = "own", distillation }: LossRequest,
  ): Omit<ExampleLoss, "correct"> {
    if (loss === "sum-of-outputs") return sumOfOutputs(outputs);
    const own = exampleLoss(this.spec.loss, outputs, examples, index);
    return distillation === undefined ? own : distilled(own, this.spec.loss, outputs, distillation, index);
  }

  private maskGradients(): void {
    for (const { gradient, mask } of this.parameters) zeroWherePruned(gradient, mask);
  }

  /** One step of the optimizer over every value that is kept. */
  private update(learningRate: number): void {
    this.step++;
    for (const { values, gradient, mask, slots } of this.parameters) {
      for (let i = 0; i < values.length; i++) {
        if (mask?.[i] === 0) continue;
        const memory = slots.map((slot) => slot[i] as number);
        const value = values[i] as number;
        values[i] =
          value + this.optimizer.delta(value, gradient[i] as number, memory, this.step, learningRate);
        slots.forEach((slot, s) => {
          slot[i] = memory[s] as number;
        });
      }
    }
  }

  private zeroPruned(): void {
    for (const { values, mask, slots } of this.parameters) {
      zeroWherePruned(values, mask);
      for (const slot of slots) zeroWherePruned(slot, mask);
    }
  }
}

export function exampleInput({ inputs, shape }: ExampleSet, index: number): Float64Array {
  if (inputs.kind === "tokens") {
    return new Float64Array(inputs.values.subarray(inputs.starts[index], inputs.starts[index + 1]));
  }
  const size = exampleSize({ shape });
  const values = new Float64Array(inputs.values.subarray(index * size, (index + 1) * size));
  return inputs.kind === "bytes" ? values.map((byte) => byte * inputs.scale + inputs.offset) : values;
}

function zeroWherePruned(values: Float32Array | Float64Array, mask: Uint8Array | undefined): void {
  if (mask === undefined) return;
  for (let i = 0; i < values.length; i++) if (mask[i] === 0) values[i] = 0;
}

function last(values: readonly Float64Array[]): Float64Array {
  return values[values.length - 1] as Float64Array;
}

/** Copies the tensor of that name into `target`. Throws a RangeError when it is missing or of another size. */
function copyTensor(tensors: Parameters, name: string, target: Float32Array): void {
  const source = tensorOf(tensors, name);
  if (source.length !== target.length) {
    throw new RangeError(`${name} has ${target.length} values, not ${source.length}`);
  }
  target.set(source);
}

/** The entry of that name. Throws a RangeError when there is none. */
function tensorOf<T>(tensors: ReadonlyMap<string, T>, name: string): T {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`no tensor named '${name}'`);
  return tensor;
}
