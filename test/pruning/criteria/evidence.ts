import { randomStream } from "../../../src/foundations/random.ts";
import type { ParameterSpec, Parameters } from "../../../src/network/parameters.ts";
import type { Evidence, Gathered, Objective } from "../../../src/pruning/criterion.ts";
import { tensorSpec } from "../fixtures.ts";

/** Evidence is of one source each time that it is asked for. */
let sources = 0;

/** Everything that a criterion can ask for, of the same values each time that it is asked. */
export function evidenceOf(
  tensors: readonly ParameterSpec[],
  parts: {
    readonly weights: Parameters;
    readonly gradients?: Parameters;
    readonly exampleGradients?: readonly Parameters[];
    readonly activationNorms?: Gathered["activationNorms"];
    readonly initialWeights?: Parameters;
    readonly objective?: Omit<Objective, "loss"> & Partial<Pick<Objective, "loss">>;
  },
  seed = 0,
): Evidence & Gathered {
  const { exampleGradients = [], ...given } = parts;
  return {
    tensors,
    source: `test ${++sources}`,
    randomStream: (tensor) => randomStream(seed, "test", tensor),
    gradients: new Map(),
    activationNorms: new Map(),
    initialWeights: new Map(),
    // Of a loss that is linear in the weights, but for a Hessian of ones on the diagonal.
    ...given,
    objective: {
      examples: 4,
      logitLayer: undefined,
      gradients: async () => given.gradients ?? new Map(),
      loss: async () => 0,
      hessianProduct: (_, direction) => direction,
      ...given.objective,
    },
    exampleGradients: {
      async *[Symbol.asyncIterator]() {
        yield* exampleGradients;
      },
    },
  };
}

/** A dense layer with two outputs and three inputs, and its bias. */
export const layer = [tensorSpec("fc1.weight", [2, 3]), tensorSpec("fc1.bias", [2])];

/** Values of that layer. */
export function values(weight: readonly number[], bias: readonly number[]): Parameters {
  return new Map([
    ["fc1.weight", Float32Array.from(weight)],
    ["fc1.bias", Float32Array.from(bias)],
  ]);
}
