// Times a training step (batch 64, Adam, one thread) of LeNet-5, dense, with half of its filters and neurons masked, and of the
// smaller dense network that shrinking leaves, on both kernels, in turns. Runs the built code: node bench/shrunk-training.mjs

import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { engines } from "../dist/engines/registry.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { parameterSpecs } from "../dist/network/parameters.js";
import { shrinkMasked } from "../dist/network/shrunk.js";
import { describeMachine, formatMarkdown, interleave } from "./measure.mjs";

const BATCH = 64;
const ROUNDS = 15;
const notify = (message) => process.stderr.write(`${message}\n`);
const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

const spec = buildNetwork(modelSchema().parse({ name: "lenet-5" }), [1, 28, 28], 10, "softmax-cross-entropy");
const parameters = initialParameters(spec, randomStream(0, "shrunk-training"));
const masks = new Map(
  parameterSpecs(spec)
    .filter(({ role, layer }) => role === "weight" && layer !== "fc2")
    .map(({ name, size }) => [name, Uint8Array.from({ length: size }, (_, i) => (i < size / 2 ? 1 : 0))]),
);
const masked = new Map([...parameters].map(([name, values]) => [name, pruned(values, masks.get(name))]));
// What biases leave of the masked units goes on into the next biases.
const shrunk = shrinkMasked(spec, masked, masks, { inputs: "all" });
const forms = [
  { form: "dense", network: spec, values: parameters, mask: new Map() },
  { form: "masked", network: spec, values: masked, mask: masks },
  { form: "shrunk", network: shrunk.spec, values: shrunk.parameters, mask: shrunk.masks },
];

const { train: examples } = await loadDataset(datasetSchema().parse({ name: "mnist" }), {
  dataDir: undefined,
  notify,
});
const contenders = [];
for (const name of ["kernels-native", "kernels-wasm"]) {
  const engine = await engines.named(name).open(notify);
  for (const { form, network: of, values, mask } of forms) {
    const network = await engine.createNetwork(of, optimizer);
    await network.writeParameters(values);
    await network.setMasks(mask);
    contenders.push({ name: `${form}, ${name}`, run: (steps) => train(network, steps) });
  }
}
const timings = await interleave(contenders, { rounds: ROUNDS, turnSeconds: 0.3 });

const { cpu, cores, node } = describeMachine();
const count = (of) =>
  parameterSpecs(of)
    .reduce((sum, { size }) => sum + size, 0)
    .toLocaleString("en-US");
process.stdout.write(
  `${cpu}, ${cores} cores, Node ${node}\n${count(spec)} parameters, shrunk ${count(shrunk.spec)}\n\n` +
    `${formatMarkdown(
      ["LeNet-5", "ms a step", "fastest", "slowest", "vs dense"],
      timings.map(({ name, median, fastest, slowest }, i) => [
        name,
        median.toFixed(3),
        fastest.toFixed(3),
        slowest.toFixed(3),
        `${(timings[i - (i % forms.length)].median / median).toFixed(1)}x`,
      ]),
    )}\n`,
);
process.exit();

function pruned(values, mask) {
  return mask === undefined ? values : values.map((value, i) => (mask[i] === 1 ? value : 0));
}

async function train(network, steps) {
  const order = Uint32Array.from({ length: steps * BATCH }, (_, i) => (i * 7919) % examples.count);
  const start = performance.now();
  await network.train(examples, order, { batchSize: BATCH, learningRate: 0.001 });
  return (performance.now() - start) / 1000;
}
