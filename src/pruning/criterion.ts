import type * as z from "zod";
import type { RandomStream } from "../foundations/random.ts";
import type { EntryWithOptions } from "../foundations/registry.ts";
import type { Masks } from "../network/mask.ts";
import type { ParameterSpec, Parameters } from "../network/parameters.ts";

/** One score a value, by the name of the tensor: comparable between tensors, the lowest pruned first. */
export type Scores = ReadonlyMap<string, Float32Array>;

/** What every criterion may look at. */
export interface Evidence {
  /** The tensors to score, in layer order. */
  readonly tensors: readonly ParameterSpec[];
  /** All parameters of the network that is pruned; what is pruned already is 0. */
  readonly weights: Parameters;
  /** What all that is gathered depends on beside the weights: the same for every method and sparsity of a seed. */
  readonly source: string;
  /** The sub-stream for random pruning of a tensor: the same for every method and sparsity of a seed. */
  readonly randomStream: (tensor: string) => RandomStream;
}

/** What a criterion can ask for beside the weights, and how. */
export interface Needs {
  /** Of the mean loss over so many training examples, or of the flow of SynFlow, with respect to all weights. */
  readonly gradients: { readonly of: "loss"; readonly examples: number } | { readonly of: "flow" };
  /**
   * Of the loss of each of so many training examples; with targets of their own, or with such as are drawn from what
   * the network answers: of these the mean square is the diagonal of the Gauss-Newton matrix.
   */
  readonly exampleGradients: { readonly examples: number; readonly targets?: "own" | "drawn" };
  /** Of the inputs of each layer over so many training examples. */
  readonly activationNorms: { readonly examples: number };
  /** The weights before training. */
  readonly initialWeights: true;
  /** The loss over so many training examples as a function of all weights. */
  readonly objective: {
    readonly examples: number;
    /** Whether its second derivatives are asked for, which there are not of every network. */
    readonly hessian?: true;
  };
}

/** Whether any of it depends on training examples. */
export function looksAtExamples({
  gradients,
  exampleGradients,
  activationNorms,
  objective,
}: Partial<Needs>): boolean {
  return (
    gradients?.of === "loss" || [exampleGradients, activationNorms, objective].some((of) => of !== undefined)
  );
}

/** The mean loss over training examples as a function of all weights. */
export interface Objective {
  /** How many examples there are, in a fixed order. */
  readonly examples: number;
  /** The layer whose outputs are logits; undefined for a regression. */
  readonly logitLayer: string | undefined;
  /** Gradients by parameter name at these weights, over the examples `from` .. `to` - 1, by default all. */
  gradients(weights: Parameters, from?: number, to?: number): Promise<Parameters>;
  /** The mean loss at these weights, over all examples. */
  loss(weights: Parameters): Promise<number>;
  /** The Hessian at these weights, over all examples, times a direction; by parameter name, too. */
  hessianProduct(weights: Parameters, direction: Parameters): Parameters;
}

/** What it gets for that. */
export interface Gathered {
  /**
   * Gradients by parameter name, also of what is pruned. Of `flow`: of the plain sum of the outputs of the network
   * with absolute weights for an input of ones (Tanaka et al. 2020).
   */
  readonly gradients: Parameters;
  /** The gradients of one example after the other, in a fixed order. */
  readonly exampleGradients: AsyncIterable<Parameters>;
  /**
   * By parameter name: the root of the sum of squares of what each column of a weight ([out, columns]) is multiplied
   * by; of a bias one number, for the ones that it is multiplied by.
   */
  readonly activationNorms: ReadonlyMap<string, Float32Array>;
  readonly initialWeights: Parameters;
  readonly objective: Objective;
}

/** The masks that the scores led to. */
export interface Choice {
  readonly masks: Masks;
  /** Which kept values may take the place of pruned ones, so that budget and structure stay as they are. */
  readonly exchange: "any" | "of the same tensor" | "none";
}

/** Masks that keep as many values, and what the kept ones become; what is pruned is not read. */
export interface Revision {
  readonly masks: Masks;
  readonly weights: Parameters;
}

/**
 * Says how important each value is. A criterion only scores: budgets, masks and files are not its business. Its
 * options are part of every run's identity.
 */
export interface Criterion<Options extends z.ZodObject = z.ZodObject, Need extends keyof Needs = never>
  extends EntryWithOptions<Options> {
  /** Raised when its scores change: stored runs are then computed again. 1 unless given. */
  readonly version?: number;
  /** Its scores are independent draws, uniform in [0, 1), the same at every sparsity of a seed. */
  readonly uniformScores?: true;
  /** What it looks at beside the weights. */
  needs?(options: z.output<Options>): Pick<Needs, Need>;
  /**
   * In how many rounds a network is pruned: scored, pruned by a part, scored again with what is left, each round
   * keeping the same fraction. 1 unless given.
   */
  rounds?(options: z.output<Options>): number;
  /**
   * Forward passes of one example that one scoring takes through an objective over so many examples; a gradient takes
   * three. What is tried in numbers that depend on the data is left out.
   */
  objectivePasses?(options: z.output<Options>, examples: number): number;
  /** One score for each value of each of the tensors. */
  scores(evidence: Evidence & Pick<Gathered, Need>, options: z.output<Options>): Scores | Promise<Scores>;
  /** Changes the choice, or makes the kept values make up for those that go. */
  revise?(
    evidence: Evidence & Pick<Gathered, Need>,
    choice: Choice,
    options: z.output<Options>,
  ): Promise<Revision>;
}

/** Any criterion, as those see it who gather its evidence. */
export interface AnyCriterion extends EntryWithOptions {
  readonly version?: number;
  readonly uniformScores?: true;
  needs?(options: Record<string, unknown>): Partial<Needs>;
  rounds?(options: Record<string, unknown>): number;
  objectivePasses?(options: Record<string, unknown>, examples: number): number;
  scores(evidence: Evidence & Gathered, options: Record<string, unknown>): Scores | Promise<Scores>;
  revise?(evidence: Evidence & Gathered, choice: Choice, options: Record<string, unknown>): Promise<Revision>;
}

/** Types a criterion by its own options and needs. */
export function defineCriterion<
  const Name extends string,
  Options extends z.ZodObject,
  Need extends keyof Needs = never,
>(
  criterion: Criterion<Options, Need> & { readonly name: Name },
): Criterion<Options, Need> & { readonly name: Name } {
  return criterion;
}

/** Scores that look at each tensor by itself. They may be put into the room that there is for them, one memory for all. */
export function scoreEach(
  { tensors, weights }: Pick<Evidence, "tensors" | "weights">,
  score: (values: Float32Array, tensor: ParameterSpec, room: Float32Array) => Float32Array,
): Scores {
  const room = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));
  let start = 0;
  return new Map(
    tensors.map((tensor) => {
      const own = room.subarray(start, start + tensor.size);
      start += tensor.size;
      return [tensor.name, score(tensorOf(weights, tensor.name), tensor, own)];
    }),
  );
}

/** The tensor of that name. Throws a RangeError when there is none. */
export function tensorOf(parameters: Parameters, name: string): Float32Array {
  const values = parameters.get(name);
  if (values === undefined) throw new RangeError(`there are no values for ${name}`);
  return values;
}

/** The absolute values, put where there is room. */
export function magnitudesOf(
  values: Float32Array,
  _tensor?: ParameterSpec,
  magnitudes: Float32Array = new Float32Array(values.length),
): Float32Array {
  for (let i = 0; i < magnitudes.length; i++) magnitudes[i] = Math.abs(values[i] as number);
  return magnitudes;
}
