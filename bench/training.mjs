// What training steps are timed with: masks, random ones and those of networks that the program has trained and pruned by
// magnitude; and the steps.
import { openEngine } from "../dist/engines/registry.js";
import { optimizerSpec, train } from "../dist/experiment/training/train.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { countKept } from "../dist/network/mask.js";
import { parameterSpecs } from "../dist/network/parameters.js";
import { layerOutputShapes } from "../dist/network/shapes.js";
import { criteria } from "../dist/pruning/criteria/registry.js";
import { methods } from "../dist/pruning/methods.js";
import { prunableTensors } from "../dist/pruning/prunable.js";
import { pruneMasks } from "../dist/pruning/prune.js";

/** Random ones, or a method that prunes a trained network by magnitude. */
export const maskKinds = ["random", "l1-unstructured", "global-magnitude"];

const SEED = 0;
const STEPS = 1000;
const BATCH = 64;
const initializer = { name: "pytorch" };

/** Weights and masks of the kind, at that sparsity; `masks` is empty at 0. Only what is pruned by magnitude is trained. */
export async function prunedNetwork(spec, { kind, sparsity, dataset, notify }) {
  if (sparsity === 0 || kind === "random") {
    const parameters = initialParameters(spec, initializer, SEED);
    return { parameters, masks: sparsity === 0 ? new Map() : randomMasks(spec, sparsity) };
  }
  const parameters = await trainedParameters(spec, dataset, notify);
  const tensors = prunableTensors(spec, { exclude: [], biases: false });
  const method = methods.named(kind);
  const evidence = { tensors, weights: parameters };
  const scores = await criteria.named(method.criterion.name).scores(evidence, method.criterion);
  return { parameters, masks: pruneMasks({ tensors, scores, method, sparsity }) };
}

/** Prunes that part of each weight tensor, exactly. */
function randomMasks(spec, sparsity) {
  const stream = randomStream(SEED, "bench masks");
  const weights = parameterSpecs(spec).filter(({ role }) => role === "weight");
  return new Map(
    weights.map(({ name, size }) => {
      const mask = new Uint8Array(size).fill(1);
      const order = stream.shuffle(Uint32Array.from(mask, (_, index) => index));
      for (const index of order.subarray(0, Math.round(sparsity * size))) mask[index] = 0;
      return [name, mask];
    }),
  );
}

const trained = new Map();

/** Trains each network once, as a sweep does. */
function trainedParameters(spec, dataset, notify) {
  const key = JSON.stringify(spec);
  if (!trained.has(key)) trained.set(key, trainOnce(spec, dataset, notify));
  return trained.get(key);
}

async function trainOnce(spec, { train: examples, test }, notify) {
  const optimizer = {
    name: "adam",
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
  };
  const engine = await openEngine("kernels", notify);
  const network = await engine.createNetwork(spec, optimizerSpec(optimizer));
  await network.writeParameters(initialParameters(spec, initializer, SEED));
  const epochs = Math.ceil((STEPS * BATCH) / examples.count);
  await train({
    network,
    train: examples,
    validation: { count: 0 },
    plan: { epochs, batchSize: BATCH, optimizer, schedule: { name: "constant" } },
    seed: SEED,
    phase: "train",
    until: STEPS,
    forwardMacs: () => 0,
    select: "last",
    onStep() {},
  });
  const { accuracy } = await network.evaluate(test);
  const layers = spec.layers.map(({ kind }) => kind).filter((kind) => kind === "dense" || kind === "conv2d");
  notify(
    `Trained for masks: ${layers.join(", ")}; ${STEPS} steps, ${(100 * accuracy).toFixed(1)}% of the test examples right.`,
  );
  const parameters = await network.readParameters();
  await network.dispose();
  await engine.dispose();
  return parameters;
}

/** Of one example's step: forward, weight gradient and, but for the first layer, input gradient of kept weights. */
export function multiplyAdds(spec, masks) {
  return layerMultiplyAdds(spec, masks).reduce((total, each, i) => total + (i === 0 ? 2 : 3) * each, 0);
}

/** Of one example's forward pass with kept weights. */
export function forwardMultiplyAdds(spec, masks) {
  return layerMultiplyAdds(spec, masks).reduce((total, each) => total + each, 0);
}

function layerMultiplyAdds(spec, masks) {
  const shapes = layerOutputShapes(spec);
  return spec.layers.flatMap(({ name, kind }, index) => {
    if (kind !== "dense" && kind !== "conv2d") return [];
    const weight = parameterSpecs(spec).find((parameter) => parameter.name === `${name}.weight`);
    const [, height = 1, width = 1] = shapes[index];
    return [weight.size * keptPart(masks, weight) * height * width];
  });
}

/** The part of a weight tensor's values that a mask keeps, from 0 to 1. */
function keptPart(masks, { name }) {
  const mask = masks.get(name);
  return mask === undefined ? 1 : countKept(mask) / mask.length;
}

/** Trains over shuffled examples, as a sweep does; reading them is part of the step. `clock` tells seconds. */
export function trainer(network, examples, batchSize, clock = () => performance.now() / 1000) {
  const stream = randomStream(0, "bench");
  return async (steps) => {
    const order = Uint32Array.from({ length: steps * batchSize }, () => stream.below(examples.count));
    const start = clock();
    await network.train(examples, order, { batchSize, learningRate: 0.001 });
    return clock() - start;
  };
}

/** A clock for kernels, which compute in the thread that asks; little else runs beside. */
export function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
