#!/usr/bin/env node
// Times what criteria ask of a network, dense and with nine weights of ten pruned, on both builds of the kernels.
// Runs built code: npm run build && node bench/gradients.mjs [rounds]
import { openEngine } from "../dist/engines/registry.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";

const EXAMPLES = 1000;
const [rounds = 5] = process.argv.slice(2).map(Number);
const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const random = randomStream(0, "gradients");
const examples = {
  count: EXAMPLES,
  shape: [1, 28, 28],
  inputs: {
    kind: "bytes",
    values: Uint8Array.from({ length: EXAMPLES * 784 }, () => Math.max(0, (random.uniform() - 0.8) * 1275)),
    scale: 1 / 255,
    offset: 0,
  },
  targets: {
    kind: "classes",
    labels: Uint8Array.from({ length: EXAMPLES }, () => random.uniform() * 10),
    classes: 10,
  },
};
const all = Uint32Array.from({ length: EXAMPLES }, (_, i) => i);
const calls = {
  "gradients of 1,000 examples": (network) => network.gradients(examples, all),
  "of all weights": (network) => network.gradients(examples, all, { masked: false }),
  "of all weights, one example": (network) =>
    network.gradients(examples, Uint32Array.of(0), { masked: false }),
  "1,000 gradients of one example": async (network) => {
    for (const example of all) await network.gradients(examples, Uint32Array.of(example));
  },
  "activation norms": (network) => network.activationNorms(examples, all),
  outputs: (network) => network.outputs(examples, all),
};

for (const engineName of ["kernels-native", "kernels-wasm"]) {
  const engine = await openEngine(engineName, () => {});
  for (const hidden of [
    [40, 20],
    [300, 100],
  ]) {
    const model = modelSchema.parse({ name: "mlp", hidden });
    const spec = buildNetwork(model, [1, 28, 28], 10, "softmax-cross-entropy");
    const parameters = initialParameters(spec, { name: "pytorch" }, 0);
    for (const sparsity of [0, 0.9]) {
      const network = await engine.createNetwork(spec, optimizer);
      if (sparsity > 0) await network.setMasks(masksOf(parameters, sparsity));
      await network.writeParameters(parameters);
      for (const [name, call] of Object.entries(calls)) {
        const times = [];
        for (let round = 0; round < rounds; round++) times.push(await time(() => call(network)));
        const title = `${engineName}, 784-${hidden.join("-")}-10, sparsity ${sparsity}`;
        console.log(`${title}: ${name}: ${median(times).toFixed(2)} ms`);
      }
      await network.dispose();
    }
  }
}

function masksOf(parameters, sparsity) {
  const weights = [...parameters].filter(([name]) => name.endsWith(".weight"));
  return new Map(
    weights.map(([name, values]) => [
      name,
      Uint8Array.from(values, () => (random.uniform() < sparsity ? 0 : 1)),
    ]),
  );
}

async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
