import type { Network } from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import { type RandomStream, randomStream } from "../../foundations/random.ts";
import { initialParameters } from "../../models/initializers.ts";
import { connectionsOf } from "../../network/connections.ts";
import type { Parameters } from "../../network/parameters.ts";
import { sizeOf } from "../../network/shapes.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { type Gathered, magnitudesOf, type Needs } from "../../pruning/criterion.ts";
import type { RunEnvironment } from "../runs/run.ts";

/** The network that is looked at. */
interface Subject {
  /** With zeros where it is pruned. */
  readonly weights: Parameters;
  readonly seed: number;
  readonly environment: RunEnvironment;
}

/**
 * Gathers what a criterion asks for, and hands it to `use`: what it holds is gone when that has ended. Pruned weights are
 * zeros in a network without masks, so that they have gradients like the others.
 */
export async function withEvidence<T>(
  needs: Partial<Needs>,
  subject: Subject,
  use: (gathered: Partial<Gathered>) => Promise<T>,
): Promise<T> {
  const { settings, engine, dataset } = subject.environment;
  const { network: spec, initializer } = settings;
  const initial = needs.initialWeights && {
    initialWeights: initialParameters(spec, initializer, subject.seed),
  };
  if (!(needs.gradients || needs.exampleGradients || needs.activationNorms)) return use({ ...initial });

  const drawn = (examples: number) =>
    drawExamples(dataset.train, examples, randomStream(subject.seed, "examples for criteria"));
  const network = await engine.createNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
  try {
    await network.writeParameters(subject.weights);
    const gradients = needs.gradients && {
      gradients:
        needs.gradients.of === "flow"
          ? await flowGradients(network, spec, subject.weights)
          : await network.gradients(dataset.train, drawn(needs.gradients.examples)),
    };
    const each = needs.exampleGradients && {
      exampleGradients: gradientsOfEach(network, dataset.train, drawn(needs.exampleGradients.examples)),
    };
    const norms = needs.activationNorms && {
      activationNorms: await normsOf(network, dataset.train, drawn(needs.activationNorms.examples)),
    };
    return await use({ ...initial, ...gradients, ...each, ...norms });
  } finally {
    await network.dispose();
  }
}

/** The first of the training examples in an order of their own: the same for every method and sparsity of a seed. */
export function drawExamples({ count }: ExampleSet, examples: number, stream: RandomStream): Uint32Array {
  return stream.shuffle(inOrder(count)).subarray(0, examples);
}

function inOrder(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order;
}

/** By name of a weight: 1 for the columns that meet nothing but zeros in all training examples. */
export async function deadInputs({
  weights,
  environment,
}: Subject): Promise<ReadonlyMap<string, Uint8Array>> {
  const { settings, engine, dataset } = environment;
  const network = await engine.createNetwork(settings.network, { name: "sgd", momentum: 0, weightDecay: 0 });
  try {
    await network.writeParameters(weights);
    const norms = await normsOf(network, dataset.train, inOrder(dataset.train.count));
    return new Map(
      [...norms].map(([name, columns]) => [name, Uint8Array.from(columns, (norm) => Number(norm === 0))]),
    );
  } finally {
    await network.dispose();
  }
}

async function* gradientsOfEach(network: Network, examples: ExampleSet, order: Uint32Array) {
  for (let i = 0; i < order.length; i++) {
    yield await network.gradients(examples, order.subarray(i, i + 1));
  }
}

/** The engine's norms of layer inputs by weight, and of each bias that of a 1 at every position of every example. */
async function normsOf(
  network: Network,
  examples: ExampleSet,
  order: Uint32Array,
): Promise<ReadonlyMap<string, Float32Array>> {
  const byLayer = await network.activationNorms(examples, order);
  const norms = new Map<string, Float32Array>();
  for (const { layer, weight, bias, positions } of connectionsOf(network.spec).weighted) {
    norms.set(weight.name, byLayer.get(layer.name) ?? new Float32Array());
    if (bias !== undefined) norms.set(bias.name, Float32Array.of(Math.sqrt(order.length * positions)));
  }
  return norms;
}

/** Tanaka et al. 2020: the gradient of the sum of the outputs, with absolute weights and an input of ones. */
async function flowGradients(network: Network, spec: NetworkSpec, weights: Parameters): Promise<Parameters> {
  await network.writeParameters(new Map([...weights].map(([name, values]) => [name, magnitudesOf(values)])));
  const gradients = await network.gradients(oneOfOnes(spec), Uint32Array.of(0), { loss: "sum-of-outputs" });
  await network.writeParameters(weights);
  return gradients;
}

/** One example whose inputs are all 1; its target is not read. */
function oneOfOnes({ inputShape, loss, layers }: NetworkSpec): ExampleSet {
  const last = layers.findLast((layer) => layer.kind === "dense");
  const width = last?.outputs ?? 1;
  return {
    count: 1,
    shape: inputShape,
    inputs: { kind: "floats", values: new Float32Array(sizeOf(inputShape)).fill(1) },
    targets:
      loss === "softmax-cross-entropy"
        ? { kind: "classes", labels: new Uint8Array(1), classes: width }
        : { kind: "values", values: new Float32Array(width), width },
  };
}
