import type { Network } from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import { hessianProduct } from "../../engines/reference/hessian-product.ts";
import { exampleLoss } from "../../engines/reference/loss.ts";
import { canonicalJson } from "../../foundations/hash.ts";
import { type RandomStream, randomStream } from "../../foundations/random.ts";
import { initialParameters } from "../../models/initializers.ts";
import { connectionsOf } from "../../network/connections.ts";
import { type Parameters, parameterSpecs } from "../../network/parameters.ts";
import { sizeOf } from "../../network/shapes.ts";
import type { Loss, NetworkSpec } from "../../network/specification.ts";
import { type PlacedLayer, weightedLayers } from "../../network/weighted-layers.ts";
import {
  type Gathered,
  magnitudesOf,
  type Needs,
  type Objective,
  tensorOf,
} from "../../pruning/criterion.ts";
import type { RunEnvironment } from "../runs/run.ts";
import { spoiltExamples } from "./spoilt-examples.ts";

/** Networks that are looked at learn nothing. */
const PLAIN = { name: "sgd", momentum: 0, weightDecay: 0 } as const;

/** The network that is looked at. */
interface Subject {
  /** With zeros where it is pruned. */
  readonly weights: Parameters;
  readonly seed: number;
  readonly environment: RunEnvironment;
  /** Whether the training examples that it sees are spoilt. */
  readonly spoilsExamples?: boolean;
}

/** What all evidence of a network depends on beside its weights. */
export function sourceOf({ seed, environment, spoilsExamples = false }: Subject): string {
  const { settings, engine, dataset } = environment;
  const { network, initializer } = settings;
  return canonicalJson({
    engine: engine.description.identity,
    dataset: dataset.checksum,
    network,
    initializer,
    seed,
    spoilsExamples,
  });
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
  if (!(needs.gradients || needs.exampleGradients || needs.activationNorms || needs.objective)) {
    return use({ ...initial });
  }

  const drawn = (examples: number) => drawnFor(dataset.train, examples, subject.seed);
  const train = subject.spoilsExamples
    ? spoiltExamples(dataset.train, drawn(mostExamples(needs)), randomStream(subject.seed, "spoilt examples"))
    : dataset.train;
  const network = await engine.createNetwork(spec, PLAIN);
  // Its weights change as it is asked, while single gradients may still be read of the other one.
  const tried = needs.objective && (await engine.createNetwork(spec, PLAIN));
  try {
    await network.writeParameters(subject.weights);
    const gradients = needs.gradients && {
      gradients:
        needs.gradients.of === "flow"
          ? await flowGradients(network, spec, subject.weights)
          : await network.gradients(train, drawn(needs.gradients.examples)),
    };
    const each = needs.exampleGradients && {
      exampleGradients: await exampleGradients(network, train, needs.exampleGradients, subject.seed),
    };
    const norms = needs.activationNorms && {
      activationNorms: await normsOf(network, train, drawn(needs.activationNorms.examples)),
    };
    const objective = needs.objective &&
      tried && { objective: objectiveOf(tried, train, drawn(needs.objective.examples)) };
    return await use({ ...initial, ...gradients, ...each, ...norms, ...objective });
  } finally {
    await network.dispose();
    await tried?.dispose();
  }
}

function mostExamples({ gradients, exampleGradients, activationNorms, objective }: Partial<Needs>): number {
  const ofLoss = gradients?.of === "loss" ? gradients.examples : 0;
  const others = [exampleGradients, activationNorms, objective].map((need) => need?.examples ?? 0);
  return Math.max(ofLoss, ...others);
}

/**
 * Which examples criteria look at: the first of the training examples in an order of their own, the same for every method
 * and sparsity of a seed.
 */
function drawnFor({ count }: ExampleSet, examples: number, seed: number): Uint32Array {
  return randomStream(seed, "examples for criteria").shuffle(inOrder(count)).subarray(0, examples);
}

function inOrder(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order;
}

/**
 * By name of a weight, 1 for each of its columns that meets nothing but zeros in all training examples: of the layer that
 * reads the inputs, the only one for which this never changes.
 */
export async function deadInputs({
  settings,
  engine,
  dataset,
}: RunEnvironment): Promise<ReadonlyMap<string, Uint8Array>> {
  const [first] = connectionsOf(settings.network).weighted;
  if (first === undefined) return new Map();
  const network = await engine.createNetwork(settings.network, PLAIN);
  try {
    const norms = await normsOf(network, dataset.train, inOrder(dataset.train.count));
    const columns = norms.get(first.weight.name) ?? new Float32Array();
    return new Map([[first.weight.name, Uint8Array.from(columns, (norm) => Number(norm === 0))]]);
  } finally {
    await network.dispose();
  }
}

async function exampleGradients(
  network: Network,
  train: ExampleSet,
  { examples, targets = "own" }: Needs["exampleGradients"],
  seed: number,
): Promise<AsyncIterable<Parameters>> {
  const order = drawnFor(train, examples, seed);
  if (targets === "own") return gradientsOfEach(network, train, order);
  return gradientsOfEach(network, await withDrawnTargets(network, train, order, seed), order);
}

/**
 * The examples with targets that are drawn from what the network answers: classes by their probabilities, values
 * normally around the outputs. Of m outputs the loss is the mean of squares: with a variance of m / 2 the mean square of
 * its gradients is the Gauss-Newton diagonal (2 / m) sum over outputs of J^2.
 */
async function withDrawnTargets(
  network: Network,
  train: ExampleSet,
  order: Uint32Array,
  seed: number,
): Promise<ExampleSet> {
  const outputs = await network.outputs(train, order);
  const stream = randomStream(seed, "targets for criteria");
  const width = outputs.length / order.length;
  const { targets } = train;
  if (targets.kind === "classes") {
    const labels = targets.labels.slice();
    for (const [row, example] of order.entries()) {
      labels[example] = drawClass(outputs.subarray(row * width, (row + 1) * width), stream);
    }
    return { ...train, targets: { ...targets, labels } };
  }
  const values = targets.values.slice();
  for (const [row, example] of order.entries()) {
    for (let j = 0; j < width; j++) {
      values[example * width + j] =
        (outputs[row * width + j] as number) + Math.sqrt(width / 2) * stream.normal();
    }
  }
  return { ...train, targets: { ...targets, values } };
}

/** A class, with the probabilities softmax(logits). */
function drawClass(logits: Float32Array, stream: RandomStream): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const odds = Array.from(logits, (logit) => Math.exp(logit - largest));
  let left = stream.uniform() * odds.reduce((sum, value) => sum + value, 0);
  for (const [i, value] of odds.entries()) {
    left -= value;
    if (left < 0) return i;
  }
  return odds.length - 1;
}

function objectiveOf(network: Network, train: ExampleSet, order: Uint32Array): Objective {
  const { loss, layers } = network.spec;
  const last = layers.findLast((layer) => layer.kind === "dense");
  return {
    examples: order.length,
    logitLayer: loss === "softmax-cross-entropy" ? last?.name : undefined,
    gradients: async (weights, from = 0, to = order.length) => {
      await network.writeParameters(weights);
      return network.gradients(train, order.subarray(from, to));
    },
    loss: async (weights) => {
      await network.writeParameters(weights);
      return meanLoss(await network.outputs(train, order), loss, train, order);
    },
    // Plain JavaScript for every engine: none has second derivatives.
    hessianProduct: (weights, direction) => hessianProduct(network.spec, weights, direction, train, order),
  };
}

function meanLoss(outputs: Float32Array, loss: Loss, train: ExampleSet, order: Uint32Array): number {
  const width = outputs.length / order.length;
  let sum = 0;
  for (const [row, example] of order.entries()) {
    const own = Float64Array.from(outputs.subarray(row * width, (row + 1) * width));
    sum += exampleLoss(loss, own, train, example).loss;
  }
  return sum / order.length;
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
  for (const placed of weightedLayers(network.spec)) {
    const { layer, weight, bias } = placed;
    norms.set(weight.name, byLayer.get(layer.name) ?? new Float32Array());
    if (bias !== undefined) norms.set(bias.name, Float32Array.of(Math.sqrt(usesIn(placed, examples, order))));
  }
  return norms;
}

/** How often each value of a layer is used for the examples: in a block of a transformer once a token. */
function usesIn({ positions }: PlacedLayer, { inputs }: ExampleSet, order: Uint32Array): number {
  if (inputs.kind !== "tokens" || positions === 1) return order.length * positions;
  return order.reduce((sum, i) => sum + (inputs.starts[i + 1] as number) - (inputs.starts[i] as number), 0);
}

/**
 * Tanaka et al. 2020: the gradient of the sum of the outputs, with absolute weights and an input of ones. Without biases:
 * what they add in the middle would not flow through the layers before.
 */
async function flowGradients(network: Network, spec: NetworkSpec, weights: Parameters): Promise<Parameters> {
  const flowing = new Map<string, Float32Array>();
  for (const { name, role, size } of parameterSpecs(spec)) {
    flowing.set(name, role === "bias" ? new Float32Array(size) : magnitudesOf(tensorOf(weights, name)));
  }
  await network.writeParameters(flowing);
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
