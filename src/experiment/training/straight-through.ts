import type {
  Evaluation,
  GradientOptions,
  Network,
  OptimizerState,
  StepOptions,
  TrainResult,
} from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import type { Masks } from "../../network/mask.ts";
import { type ParameterSpec, type Parameters, parameterSpecs } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { tensorOf } from "../../pruning/criterion.ts";
import type { Rounding } from "../../pruning/quantization/quantization.ts";
import { isQuantized, quantizeWeights, withCodes } from "../../pruning/quantization/quantizer.ts";

/**
 * A network that is trained for rounded weights by the straight-through estimator (Bengio et al. 2013, section 4): its
 * parameters are those that are trained, in full precision, and whatever is computed with it is computed with their rounded
 * values Q(W). After each optimizer step from Q(W) to V, W changes by V - Q(W), and is rounded again: the gradient at
 * Q(W) is taken for that at W.
 *
 * It stands in front of a network of any engine, which holds Q(W), the masks and the optimizer; weight decay is thus that of
 * Q(W). Biases are not rounded.
 */
export class StraightThroughNetwork implements Network {
  readonly #network: Network;
  readonly #rounding: Rounding;
  readonly #tensors: readonly ParameterSpec[];
  /** W. */
  #trained: Parameters;
  /** Q(W), as the engine has it. */
  #rounded: Parameters;

  private constructor(network: Network, rounding: Rounding, parameters: Parameters) {
    this.#network = network;
    this.#rounding = rounding;
    this.#tensors = parameterSpecs(network.spec);
    this.#trained = parameters;
    this.#rounded = parameters;
  }

  /** Over a network with the parameters that it has now. */
  static async over(network: Network, rounding: Rounding): Promise<StraightThroughNetwork> {
    const over = new StraightThroughNetwork(network, rounding, await network.readParameters());
    await over.#round();
    return over;
  }

  get spec(): NetworkSpec {
    return this.#network.spec;
  }

  async readParameters(): Promise<Parameters> {
    return copied(this.#trained);
  }

  async writeParameters(parameters: Parameters): Promise<void> {
    await this.#network.writeParameters(parameters);
    // As the masks leave them.
    this.#trained = await this.#network.readParameters();
    await this.#round();
  }

  async setMasks(masks: Masks): Promise<void> {
    await this.#network.setMasks(masks);
    await this.writeParameters(this.#trained);
  }

  async train(examples: ExampleSet, order: Uint32Array, options: StepOptions): Promise<TrainResult> {
    let lossSum = 0;
    let finite = true;
    for (let start = 0; start < order.length; start += options.batchSize) {
      const batch = order.subarray(start, start + options.batchSize);
      const step = await this.#network.train(examples, batch, options);
      await this.#follow(await this.#network.readParameters());
      lossSum += step.loss * batch.length;
      finite &&= step.finite;
    }
    return { loss: lossSum / order.length, finite };
  }

  evaluate(examples: ExampleSet): Promise<Evaluation> {
    return this.#network.evaluate(examples);
  }

  gradients(examples: ExampleSet, order: Uint32Array, options?: GradientOptions): Promise<Parameters> {
    return this.#network.gradients(examples, order, options);
  }

  outputs(examples: ExampleSet, order: Uint32Array): Promise<Float32Array> {
    return this.#network.outputs(examples, order);
  }

  activationNorms(examples: ExampleSet, order: Uint32Array): Promise<ReadonlyMap<string, Float32Array>> {
    return this.#network.activationNorms(examples, order);
  }

  readOptimizerState(): Promise<OptimizerState> {
    return this.#network.readOptimizerState();
  }

  writeOptimizerState(state: OptimizerState): Promise<void> {
    return this.#network.writeOptimizerState(state);
  }

  dispose(): Promise<void> {
    return this.#network.dispose();
  }

  /** Takes the step that the engine took from Q(W). */
  async #follow(stepped: Parameters): Promise<void> {
    const trained = new Map(stepped);
    for (const { name } of this.#tensors.filter(isQuantized)) {
      const of = (parameters: Parameters) => tensorOf(parameters, name);
      trained.set(name, stepFrom(of(this.#trained), of(this.#rounded), of(stepped)));
    }
    this.#trained = trained;
    await this.#round();
  }

  async #round(): Promise<void> {
    this.#rounded = withCodes(this.#trained, quantizeWeights(this.#tensors, this.#trained, this.#rounding));
    await this.#network.writeParameters(this.#rounded);
  }
}

/** before + (to - from) */
function stepFrom(before: Float32Array, from: Float32Array, to: Float32Array): Float32Array {
  const after = new Float32Array(before.length);
  for (let i = 0; i < after.length; i++) {
    after[i] = (before[i] as number) + ((to[i] as number) - (from[i] as number));
  }
  return after;
}

function copied(parameters: Parameters): Parameters {
  return new Map([...parameters].map(([name, values]) => [name, values.slice()]));
}
