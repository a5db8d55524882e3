import type { Notify } from "../foundations/notices.ts";
import type { Masks } from "../network/mask.ts";
import type { Parameters } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";
import type { ExampleSet } from "./examples.ts";

/**
 * The seam between the experiment and what computes it. Everything that shapes an experiment (initial
 * values, data order, masks, schedules) is decided above; an engine only executes, so that all engines given
 * the same inputs give the same numbers within float rounding, step by step.
 */

/** weightDecay is added to the gradient as weightDecay * parameter (L2, as torch.optim does), biases included. */
export type OptimizerSpec =
  | {
      readonly name: "sgd";
      /** PyTorch's momentum: buffer = momentum * buffer + gradient; 0 for plain SGD. */
      readonly momentum: number;
      /** Steps along gradient + momentum * buffer, with the new buffer, in place of the buffer; needs a momentum. */
      readonly nesterov?: boolean | undefined;
      readonly weightDecay: number;
    }
  | {
      readonly name: "adam";
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    };

/**
 * What an optimizer remembers. Slots: none for plain SGD, `momentum` for SGD with momentum, `firstMoment` and
 * `secondMoment` for Adam; each holds a tensor for every parameter. Values of pruned weights are 0.
 */
export interface OptimizerState {
  /** Optimizer steps taken. */
  readonly step: number;
  readonly slots: ReadonlyMap<string, Parameters>;
}

/**
 * What training goes by beside the targets: what another network, the teacher, gives for the same examples (Hinton et
 * al. 2015). With the outputs z, the teacher's t, the weight w and the temperature T, the loss of an example is
 *
 *     classes      (1 - w) * cross-entropy(z, label) + w * T^2 * KL(softmax(t / T) || softmax(z / T))
 *     regression   (1 - w) * mean((z - target)^2) + w * mean((z - t)^2)
 *
 * The divergence has the teacher's own entropy taken off, so that it is 0 where the two agree. Its gradient with respect
 * to z is w * T * (softmax(z / T) - softmax(t / T)): T^2 keeps its size about the same at any temperature. In a
 * regression the same definition, T^2 * mean((z / T - t / T)^2), has no T in it: the temperature is not read.
 */
export interface Distillation {
  /** For classes the teacher's logits: [examples.count, outputs], row-major, indexed as the examples are. */
  readonly teacherOutputs: Float32Array;
  /** Above 0. The higher, the more the classes count that the teacher takes to be wrong. */
  readonly temperature: number;
  /** 0 (the targets alone) .. 1 (the teacher alone). */
  readonly weight: number;
}

export interface StepOptions {
  /** Examples a step; the last step takes what is left, and averages over what it took. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** None: the network's own loss alone, to the bit. */
  readonly distillation?: Distillation | undefined;
}

export interface GradientOptions {
  /**
   * True, the default: the gradients of pruned values are 0. False: they are those of the values that would be there,
   * which are 0 in the forward pass; what regrowth and saliencies of pruned weights ask for.
   */
  readonly masked?: boolean;
  /**
   * Of what: the network's own loss, the default, or, for SynFlow, the plain sum of an example's outputs, for which
   * the targets are not read. Either way the mean over the examples.
   */
  readonly loss?: GradientLoss;
  /** Mixed into the network's own loss; the sum of outputs has none. */
  readonly distillation?: Distillation | undefined;
}

export type GradientLoss = "own" | "sum-of-outputs";

export interface TrainResult {
  /** Mean of the loss over the examples, each measured before its own step. May be NaN or infinite. */
  readonly loss: number;
  /** False as soon as one step's loss is not finite. */
  readonly finite: boolean;
}

export interface Evaluation {
  /** Mean loss over the examples. */
  readonly loss: number;
  /** Fraction of examples whose largest logit is the label's (the first of equals); undefined for regression. */
  readonly accuracy: number | undefined;
}

/** One network: its parameters, masks and optimizer. Calls must not overlap. */
export interface Network {
  readonly spec: NetworkSpec;
  /** Copies of all parameters. Pruned values are exactly 0. */
  readParameters(): Promise<Parameters>;
  /** Replaces all parameters; masks stay in force. */
  writeParameters(parameters: Parameters): Promise<void>;
  /**
   * Replaces all masks. From here on pruned values, their gradients and their optimizer state are exactly 0.
   * What was pruned before and is kept now restarts at 0.
   */
  setMasks(masks: Masks): Promise<void>;
  /**
   * Trains over `order` (indices into `examples`, any number of batches), one optimizer step a batch.
   * Stops computing no earlier than the end: divergence is reported, not thrown.
   */
  train(examples: ExampleSet, order: Uint32Array, options: StepOptions): Promise<TrainResult>;
  /** Loss and accuracy over all examples, without changing anything. */
  evaluate(examples: ExampleSet): Promise<Evaluation>;
  /**
   * Gradient of the mean loss over the examples at `order`, as tensors by parameter name; changes nothing. That of a
   * single example is the gradient over an order of one.
   *
   * With `masked: false` a network that has masks may be laid out whole for the time of the call: it then needs memory
   * for all parameters once more, without optimizer state, and the time of dense layers.
   */
  gradients(examples: ExampleSet, order: Uint32Array, options?: GradientOptions): Promise<Parameters>;
  /**
   * What the last layer gives for the examples at `order`, for classes the logits: [order.length, outputs], row-major.
   * Targets are not read.
   */
  outputs(examples: ExampleSet, order: Uint32Array): Promise<Float32Array>;
  /**
   * What `outputs` gives for the example at an index, but for rounding: where one answer is wanted at once. Absent where
   * the engine has nothing faster for one than `outputs`.
   */
  outputsOfOne?(examples: ExampleSet, index: number): Promise<Float32Array>;
  /**
   * Over the examples at `order`, the root of the sum of squares of what each weight column meets, by layer name: for
   * a dense layer of each input; for a convolution of each value of the unfolded patches, summed over all positions,
   * [inChannels * kernelHeight * kernelWidth]. Masks are in force, targets are not read. Takes the memory and time of
   * `gradients` with `masked: false`. Sun et al. 2024 (Wanda), section 3.
   */
  activationNorms(examples: ExampleSet, order: Uint32Array): Promise<ReadonlyMap<string, Float32Array>>;
  readOptimizerState(): Promise<OptimizerState>;
  writeOptimizerState(state: OptimizerState): Promise<void>;
  dispose(): Promise<void>;
}

export interface EngineDescription {
  /** As asked for by `--engine`: kernels-wasm, kernels-native, ... */
  readonly name: string;
  /** Everything the numbers depend on, as one text: source hash, compiler, CPU features. Part of every run's hash. */
  readonly identity: string;
  /** For people: "CPU, AVX-512, gcc 12.2". */
  readonly device: string;
  /** Where a re-run gives the same bytes. */
  readonly reproducible:
    | "on every machine"
    | "on this machine and compiler"
    | "on this machine, as far as TensorFlow's deterministic mode goes";
  /**
   * How many networks of it may be at work at once, all in one thread, which opens the engine once; any number, each in a
   * thread that opens it, unless given.
   */
  readonly maxWorkers?: number;
}

export interface Engine {
  readonly description: EngineDescription;
  /**
   * A network with all parameters 0, no masks, a fresh optimizer. At the meeting, if given, other threads may help to
   * compute it.
   */
  createNetwork(spec: NetworkSpec, optimizer: OptimizerSpec, meeting?: SharedArrayBuffer): Promise<Network>;
  /**
   * Lets this thread, which has nothing else to do, help to compute the network that another one created with the
   * meeting, until over[0] is not 0: a dense one, whose numbers stay the same to the bit. Absent where the entry has
   * no `teamwork`.
   */
  help?(meeting: SharedArrayBuffer, over: Int32Array<SharedArrayBuffer>): void;
  dispose(): Promise<void>;
}

/** How idle threads help an engine compute one network; absent where it cannot use them. */
export interface Teamwork {
  /** The most threads that can help one network. */
  readonly mostHelpers: number;
  /** Shared memory at which a network's own thread and its helpers meet; it may be sent to other threads. */
  createMeeting(): SharedArrayBuffer;
}

export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly reason: string; readonly remedy: string };

/** A registered engine; opening one may compile or load something, which it tells through `notify`. */
export interface EngineEntry {
  readonly name: string;
  readonly summary: string;
  /**
   * Roughly the time of a step at a density (kept over all prunable weights, 0 to 1) over that of a dense step, for
   * expectations alone; 1 unless given.
   */
  readonly costAtDensity?: (density: number) => number;
  readonly teamwork?: Teamwork;
  /** A quick look, without compiling. */
  check(): Promise<Availability>;
  /** Throws a PruneLabError of kind `input` with a hint when the engine cannot run here. */
  open(notify: Notify): Promise<Engine>;
}
