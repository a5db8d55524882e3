// Memory of training one network with the native kernels, by model: what the network holds (weights, moments, indices,
// workspace; JavaScript owns all of it), and the peak of a process that does nothing else. A process for each figure.
// Runs the built code: npm run build && node bench/memory.mjs.

import { execFileSync } from "node:child_process";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { openEngine } from "../dist/engines/registry.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { parameterCount, parameterSpecs } from "../dist/network/parameters.js";
import { formatMarkdown } from "./measure.mjs";

const MODELS = [
  { name: "lenet-300-100" },
  { name: "lenet-5" },
  ...[512, 1024, 2048, 4096].map((width) => ({ name: "mlp", hidden: [width, width] })),
];
const SPARSITIES = [0, 0.9, 0.99];
const MEBIBYTE = 2 ** 20;

const [request] = process.argv.slice(2);
if (request === undefined) printTable();
else process.stdout.write(JSON.stringify(await measure(JSON.parse(request))));

function printTable() {
  const rows = MODELS.map((model) => {
    const cells = SPARSITIES.map((sparsity) => {
      const arguments_ = ["--expose-gc", import.meta.filename, JSON.stringify({ model, sparsity })];
      return JSON.parse(execFileSync(process.execPath, arguments_, { encoding: "utf8" }));
    });
    const title = model.hidden === undefined ? model.name : `784-${model.hidden.join("-")}-10`;
    const texts = cells.flatMap(({ held, peak }) => [held.toFixed(1), peak.toFixed(0)]);
    return [title, cells[0].parameters.toLocaleString("en"), ...texts];
  });
  const titles = SPARSITIES.map((sparsity) => (sparsity === 0 ? "dense" : `${100 * sparsity}%`));
  const header = ["model", "parameters", ...titles.flatMap((title) => [`${title}: network`, "process"])];
  process.stdout.write(`MiB in training, batch 64, Adam:\n\n${formatMarkdown(header, rows)}\n`);
}

async function measure({ model, sparsity }) {
  const notify = (message) => process.stderr.write(`${message}\n`);
  const engine = await openEngine("kernels-native", notify);
  const dataset = datasetSchema().parse({ name: "mnist", source: "bundled" });
  const { train: examples } = await loadDataset(dataset, { dataDir: undefined, notify });
  const spec = buildNetwork(modelSchema().parse(model), examples.shape, 10, "softmax-cross-entropy");

  const before = await bufferBytes();
  const network = await startNetwork(engine, spec, sparsity);
  const order = Uint32Array.from({ length: 128 }, (_, i) => i);
  await network.train(examples, order, { batchSize: 64, learningRate: 0.001 });
  const held = (await bufferBytes()) - before;
  const peak = process.resourceUsage().maxRSS * 1024;
  await network.dispose();
  return { parameters: parameterCount(spec), held: held / MEBIBYTE, peak: peak / MEBIBYTE };
}

async function startNetwork(engine, spec, sparsity) {
  const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
  const network = await engine.createNetwork(spec, optimizer);
  if (sparsity > 0) await network.setMasks(randomMasks(spec, sparsity));
  await network.writeParameters(initialParameters(spec, { name: "pytorch" }, 0));
  return network;
}

/** Masks that keep each weight by chance. */
function randomMasks(spec, sparsity) {
  const stream = randomStream(0, "bench masks");
  const weights = parameterSpecs(spec).filter(({ role }) => role === "weight");
  return new Map(
    weights.map(({ name, size }) => [
      name,
      new Uint8Array(size).map(() => (stream.uniform() < sparsity ? 0 : 1)),
    ]),
  );
}

/** Bytes of all live buffers; those of garbage are let go a turn of the event loop later. */
async function bufferBytes() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().arrayBuffers;
}
