import { type Block, gather, isWhole, scatter, totalSize } from "../../network/blocks.ts";
import type { Masks } from "../../network/mask.ts";
import { type ParameterSpec, type Parameters, parameterSpecs } from "../../network/parameters.ts";
import { layerOutputShapes } from "../../network/shapes.ts";
import type { EmbeddingsSpec, NetworkSpec } from "../../network/specification.ts";
import { weightedLayers } from "../../network/weighted-layers.ts";
import { activationNorms, type WeightedInput, zeroSquares } from "../activation-norms.ts";
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
import { type ExampleSet, exampleSize } from "../examples.ts";
import { type Description, describeNetwork, lossNumber, slotNames } from "./abi.ts";
import { absentBiases } from "./absent-biases.ts";
import { checkTexts } from "./check-texts.ts";
import type { KernelInstance } from "./kernel-instance.ts";
import { type KernelLayout, layoutNetwork } from "./layout.ts";
import { type Piece, piecesOf } from "./pieces.ts";
import { zeroFraction } from "./zero-fraction.ts";

/** For an instance that never trains. */
const WITHOUT_MEMORY: OptimizerSpec = { name: "sgd", momentum: 0, weightDecay: 0 };

/** One build of the kernels. */
export interface KernelBuild {
  /** Floats in a vector. */
  readonly vectorLength: number;
  /** Lays a network out in memory of its own. */
  readonly createInstance: (description: Description) => KernelInstance;
}

/**
 * A network of the kernels engine, whichever build computes it. Masks shape its layout and memory, so new masks
 * bring a new instance, which takes over all numbers. A call blocks its thread until it is done.
 */
export class KernelNetwork implements Network {
  readonly spec: NetworkSpec;
  private readonly optimizer: OptimizerSpec;
  private readonly build: KernelBuild;
  private readonly parameters: readonly ParameterSpec[];
  private readonly slots: readonly string[];
  /** Of a network of tokens. */
  private readonly tokens: EmbeddingsSpec | undefined;
  private readonly inputSize: number;
  private readonly outputSize: number;
  private readonly weighted: readonly WeightedInput[];
  private readonly absent: Masks;
  /** Of every tensor of the kernels: also of biases that the network lacks. */
  private readonly sizes: ReadonlyMap<string, number>;
  /** Without masks. */
  private readonly whole: KernelLayout;
  private layout: KernelLayout;
  /** Created when it is first used: what was never written need not be moved. */
  private instance: KernelInstance | undefined;
  /** Kept from one look at the whole network to the next, which masks that change in the course of a training bring. */
  private wholeInstance: KernelInstance | undefined;
  private scratch: WholeTensors | undefined;
  private disposed = false;

  constructor(spec: NetworkSpec, optimizer: OptimizerSpec, build: KernelBuild) {
    this.spec = spec;
    this.optimizer = optimizer;
    this.build = build;
    this.parameters = parameterSpecs(spec);
    this.slots = slotNames(optimizer);
    const [first] = spec.layers;
    this.tokens = first?.kind === "embeddings" ? first : undefined;
    this.inputSize = exampleSize({ shape: spec.inputShape });
    this.outputSize = exampleSize({ shape: layerOutputShapes(spec).at(-1) ?? spec.inputShape });
    this.weighted = weightedLayers(spec);
    this.absent = absentBiases(spec);
    this.sizes = new Map([
      ...this.parameters.map(({ name, size }) => [name, size] as const),
      ...[...this.absent].map(([name, { length }]) => [name, length] as const),
    ]);
    this.whole = layoutNetwork(spec, new Map(), build.vectorLength);
    this.layout = this.whole;
  }

  async readParameters(): Promise<Parameters> {
    return this.read(0);
  }

  async writeParameters(parameters: Parameters): Promise<void> {
    this.write(0, parameters);
  }

  async setMasks(masks: Masks): Promise<void> {
    for (const { name, size } of this.parameters) sized(name, masks.get(name) ?? { length: size }, size);
    const before = { layout: this.layout, instance: this.instance };
    this.layout = masks.size === 0 ? this.whole : layoutNetwork(this.spec, masks, this.build.vectorLength);
    this.instance = undefined;
    if (before.instance === undefined) return;
    this.kernels.writeStep(before.instance.readStep());
    const { tensors } = this.wholeZeros();
    for (let slot = 0; slot <= this.slots.length; slot++) {
      this.readInto(tensors, before.instance, before.layout, slot);
      this.write(slot, tensors);
    }
    before.instance.release();
  }

  async train(examples: ExampleSet, order: Uint32Array, options: StepOptions): Promise<TrainResult> {
    this.checkInputs(examples, order);
    this.checkTargets(examples);
    this.checkTeacher(examples, options.distillation);
    const { batchSize } = options;
    if (!(Number.isInteger(batchSize) && batchSize >= 1)) throw new RangeError(`batch size ${batchSize}`);
    this.expectZeros(this.kernels, examples);
    const loss = this.kernels.train(examples, order, options);
    return { loss: loss / order.length, finite: Number.isFinite(loss) };
  }

  async evaluate(examples: ExampleSet): Promise<Evaluation> {
    this.checkInputs(examples);
    this.checkTargets(examples);
    this.expectZeros(this.kernels, examples);
    const { loss, correct } = this.kernels.evaluate(examples);
    const classifies = this.spec.loss === "softmax-cross-entropy";
    return { loss: loss / examples.count, accuracy: classifies ? correct / examples.count : undefined };
  }

  async gradients(
    examples: ExampleSet,
    order: Uint32Array,
    { masked = true, loss = "own", distillation }: GradientOptions = {},
  ): Promise<Parameters> {
    this.checkInputs(examples, order);
    if (loss === "own") this.checkTargets(examples);
    const teacher = loss === "own" ? distillation : undefined;
    this.checkTeacher(examples, teacher);
    const of = (kernels: KernelInstance, { blocks }: KernelLayout) => {
      this.expectZeros(kernels, examples);
      const number = lossNumber(this.spec.loss, loss);
      return this.tensorsOf(kernels.gradients(examples, order, number, teacher), blocks);
    };
    return masked ? of(this.kernels, this.layout) : this.withWholeNetwork(of);
  }

  async outputs(examples: ExampleSet, order: Uint32Array): Promise<Float32Array> {
    this.checkInputs(examples, order);
    this.expectZeros(this.kernels, examples);
    return this.kernels.outputs(examples, order, this.outputSize);
  }

  async outputsOfOne(examples: ExampleSet, index: number): Promise<Float32Array> {
    if (this.tokens !== undefined) return this.outputs(examples, Uint32Array.of(index));
    this.checkInputs(examples);
    if (!(Number.isInteger(index) && index >= 0 && index < examples.count)) {
      throw new RangeError(`an index past ${examples.count} examples`);
    }
    this.expectZeros(this.kernels, examples);
    return this.kernels.outputsOfOne(examples, index, this.outputSize);
  }

  async activationNorms(
    examples: ExampleSet,
    order: Uint32Array,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    this.checkInputs(examples, order);
    const squares = this.weighted.map(zeroSquares);
    const length = squares.reduce((sum, { length }) => sum + length, 0);
    const flat = this.withEveryUnit((kernels) => {
      this.expectZeros(kernels, examples);
      return kernels.inputSquares(examples, order, length);
    });
    let start = 0;
    for (const sums of squares) {
      sums.set(flat.subarray(start, start + sums.length));
      start += sums.length;
    }
    return activationNorms(this.weighted, squares);
  }

  async readOptimizerState(): Promise<OptimizerState> {
    const slots = this.slots.map((name, index): [string, Parameters] => [name, this.read(index + 1)]);
    return { step: this.kernels.readStep(), slots: new Map(slots) };
  }

  async writeOptimizerState(state: OptimizerState): Promise<void> {
    const tensors = this.slots.map((name) => {
      const values = state.slots.get(name);
      if (values === undefined) throw new RangeError(`the optimizer's state has no '${name}'`);
      return values;
    });
    tensors.forEach((values, index) => {
      this.write(index + 1, values);
    });
    this.kernels.writeStep(state.step);
  }

  async dispose(): Promise<void> {
    this.instance?.release();
    this.instance = undefined;
    this.wholeInstance?.release();
    this.wholeInstance = undefined;
    this.scratch = undefined;
    this.disposed = true;
  }

  private get kernels(): KernelInstance {
    if (this.disposed) throw new Error("the network is disposed of");
    if (this.instance === undefined) {
      this.instance = this.build.createInstance(describeNetwork(this.layout, this.optimizer));
      // It has its masks as bits.
      if (this.layout !== this.whole) this.layout = { ...this.layout, masks: undefined };
    }
    return this.instance;
  }

  /**
   * Has `use` work with every unit and every weight in place, pruned ones as zeros. The network as its masks lay it out
   * has neither what nothing depends on nor gradients of pruned weights. So if there are masks, a second instance,
   * without moments, stands in for it.
   */
  private withWholeNetwork<T>(use: (kernels: KernelInstance, layout: KernelLayout) => T): T {
    const { layout, whole } = this;
    if (layout === whole) return use(this.kernels, layout);
    const { flat, tensors } = this.wholeZeros();
    this.readInto(tensors, this.kernels, layout, 0);
    this.wholeInstance ??= this.build.createInstance(describeNetwork(whole, WITHOUT_MEMORY));
    for (const piece of piecesOf(whole)) this.wholeInstance.write(0, piece, part(flat, piece));
    return use(this.wholeInstance, whole);
  }

  /** The same where gradients of pruned weights are not asked for: masks leave every unit of a network of tokens. */
  private withEveryUnit<T>(use: (kernels: KernelInstance) => T): T {
    return this.tokens === undefined ? this.withWholeNetwork(use) : use(this.kernels);
  }

  /** Memory that every use fills anew. */
  private wholeZeros(): WholeTensors {
    if (this.scratch === undefined) {
      const flat = new Float32Array(this.whole.size);
      this.scratch = { flat, tensors: viewsOf(flat, this.whole.blocks) };
    }
    this.scratch.flat.fill(0);
    return this.scratch;
  }

  private read(slot: number): Parameters {
    const { layout, kernels } = this;
    if (layout !== this.whole) return this.present(this.readInto(this.zeros(), kernels, layout, slot));
    const flat = new Float32Array(layout.size);
    for (const piece of piecesOf(layout)) kernels.read(slot, piece, part(flat, piece));
    return this.present(viewsOf(flat, layout.blocks));
  }

  /** Fills whole tensors from an instance, but for what its layout has no place for. */
  private readInto<T extends Parameters>(
    tensors: T,
    kernels: KernelInstance,
    layout: KernelLayout,
    slot: number,
  ): T {
    for (const piece of piecesOf(layout)) {
      const flat = new Float32Array(piece.size);
      kernels.read(slot, piece, flat);
      scatter(flat, piece.blocks, tensors);
    }
    return tensors;
  }

  private tensorsOf(flat: Float32Array, blocks: readonly Block[]): Parameters {
    const whole = blocks === this.whole.blocks;
    const tensors = whole ? viewsOf(flat, blocks) : this.zeros();
    if (!whole) scatter(flat, blocks, tensors);
    return this.present(tensors);
  }

  /** Without the biases that the network lacks. */
  private present(tensors: Map<string, Float32Array>): Parameters {
    for (const name of this.absent.keys()) tensors.delete(name);
    return tensors;
  }

  private zeros(): Map<string, Float32Array> {
    return new Map([...this.sizes].map(([name, size]) => [name, new Float32Array(size)]));
  }

  private write(slot: number, tensors: Parameters): void {
    for (const { name, size } of this.parameters) {
      const values = tensors.get(name);
      if (values === undefined) throw new RangeError(`no tensor named '${name}'`);
      sized(name, values, size);
    }
    const pieces = piecesOf(this.layout).map((piece) => ({ piece, whole: wholeTensor(piece, tensors) }));
    const most = pieces.reduce((size, { piece, whole }) => (whole ? size : Math.max(size, piece.size)), 0);
    const scratch = new Float32Array(most);
    for (const { piece, whole } of pieces) {
      const flat = whole ?? gather(scratch.subarray(0, piece.size), piece.blocks, tensors, 0);
      this.kernels.write(slot, piece, flat);
    }
  }

  /** A first layer may skip them; that of tokens has none. */
  private expectZeros(kernels: KernelInstance, examples: ExampleSet): void {
    if (this.tokens === undefined) kernels.expectZeros(zeroFraction(examples));
  }

  /** The kernels read memory by these sizes and indices, so nothing wrong may reach them. */
  private checkInputs({ count, shape, inputs }: ExampleSet, order?: Uint32Array): void {
    if (this.tokens !== undefined) checkTexts(inputs, count, this.tokens);
    else if (exampleSize({ shape }) !== this.inputSize || inputs.values.length < count * this.inputSize) {
      throw new RangeError(`examples of shape [${shape.join(", ")}] do not fit the network`);
    }
    if (order?.some((index) => index >= count)) throw new RangeError(`an index past ${count} examples`);
  }

  private checkTargets({ count, targets }: ExampleSet): void {
    const [values, width] =
      targets.kind === "classes" ? [targets.labels, targets.classes] : [targets.values, targets.width];
    const expected = this.spec.loss === "softmax-cross-entropy" ? "classes" : "values";
    const needed = targets.kind === "classes" ? count : count * width;
    if (targets.kind !== expected || width !== this.outputSize || values.length < needed) {
      throw new RangeError(`targets of ${width} ${targets.kind} do not fit ${this.outputSize} outputs`);
    }
  }

  private checkTeacher({ count }: ExampleSet, distillation: Distillation | undefined): void {
    if (distillation === undefined || distillation.teacherOutputs.length === count * this.outputSize) return;
    const { length } = distillation.teacherOutputs;
    throw new RangeError(`a teacher's ${length} outputs do not fit ${count} examples of ${this.outputSize}`);
  }
}

/** The values of a piece that is one whole tensor, as a large one is: they need no copy. */
function wholeTensor({ blocks }: Piece, tensors: Parameters): Float32Array | undefined {
  const [block, ...others] = blocks.filter((own) => totalSize([own]) > 0);
  const values = block && tensors.get(block.name);
  return block && values && others.length === 0 && isWhole(block, values) ? values : undefined;
}

/** What a flat array holds of a piece. */
function part(flat: Float32Array, { start, size }: Piece): Float32Array {
  return flat.subarray(start, start + size);
}

interface WholeTensors {
  readonly flat: Float32Array;
  /** Views of it. */
  readonly tensors: Map<string, Float32Array>;
}

/** The tensors of a whole network, which lie in its flat array one after the other. */
function viewsOf(flat: Float32Array, blocks: readonly Block[]): Map<string, Float32Array> {
  const views = new Map<string, Float32Array>();
  let start = 0;
  for (const block of blocks) {
    const size = totalSize([block]);
    if (size > 0) views.set(block.name, flat.subarray(start, start + size));
    start += size;
  }
  return views;
}

function sized<T extends { readonly length: number }>(name: string, values: T, size: number): T {
  if (values.length !== size) throw new RangeError(`${name} has ${size} values, not ${values.length}`);
  return values;
}
