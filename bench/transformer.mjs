// A transformer of DistilBERT's shape with random weights: how long the kernels take to test it on texts, by sparsity, and what memory
// the process needs, against onnxruntime. Every contender has one thread, and its seconds are those of its CPU. Masks keep
// weights by chance, the same part of every linear layer. Of the texts only the lengths count.
// Runs the built code: npm run build && PYTHON=python3 node bench/transformer.mjs --texts dev.tsv --tokenizer FOLDER
// [--rounds 3] [--limit 872] [--layers 6] [--train]. PYTHON is a Python with onnxruntime, or none is compared with.

import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { openEngine } from "../dist/engines/registry.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { parameterSpecs } from "../dist/network/parameters.js";
import { formatMarkdown, median } from "./measure.mjs";

const { values: flags } = parseArgs({
  options: {
    texts: { type: "string" },
    tokenizer: { type: "string" },
    rounds: { type: "string", default: "3" },
    limit: { type: "string", default: "872" },
    layers: { type: "string", default: "6" },
    sparsities: { type: "string", default: "0,0.3,0.5,0.6,0.8,0.9" },
    engines: { type: "string", default: "kernels-native,kernels-wasm" },
    train: { type: "boolean", default: false },
  },
});
if (!flags.texts || !flags.tokenizer) throw new Error("--texts FILE and --tokenizer FOLDER are needed");

const notify = (message) => process.stderr.write(`${message}\n`);
const sparsities = flags.sparsities.split(",").map(Number);
const shape = {
  layers: Number(flags.layers),
  width: 768,
  heads: 12,
  hidden: 3072,
  vocabulary: 30522,
  positions: 512,
};
const spec = buildNetwork(
  modelSchema().parse({ name: "distilbert", ...shape }),
  [1],
  2,
  "softmax-cross-entropy",
);
const parameters = initialParameters(spec, { name: "normal", deviation: 0.02, bias: 0 }, 0);
const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

const { test: texts } = await loadDataset(
  datasetSchema().parse({
    name: "text",
    test: flags.texts,
    tokenizer: flags.tokenizer,
    limit: Number(flags.limit),
  }),
  { dataDir: undefined, notify },
);
const lengths = Array.from(
  { length: texts.count },
  (_, i) => texts.inputs.starts[i + 1] - texts.inputs.starts[i],
);
const tokens = lengths.reduce((sum, length) => sum + length, 0);

const contenders = [];
for (const name of flags.engines.split(",")) {
  const engine = await openEngine(name, notify);
  for (const sparsity of sparsities)
    contenders.push({ name, sparsity, run: () => measure(engine, sparsity), seconds: [] });
}
if (process.env.PYTHON && !flags.train) {
  contenders.push({ name: "onnxruntime", sparsity: 0, run: runOnnxruntime, seconds: [] });
}
for (let round = 0; round < Number(flags.rounds); round++) {
  for (const { run, seconds } of contenders) seconds.push(await run());
}

const rows = [...new Set(contenders.map(({ name }) => name))].map((name) => [
  name,
  ...sparsities.map((sparsity) => {
    const found = contenders.find((each) => each.name === name && each.sparsity === sparsity);
    return found === undefined ? "" : median(found.seconds).toFixed(2);
  }),
]);
const what = flags.train ? "CPU seconds to train one epoch, batches of 32" : "CPU seconds to test";
process.stdout.write(`${what}: ${texts.count} texts, ${tokens} tokens, ${shape.layers} layers\n\n`);
process.stdout.write(
  `${formatMarkdown(["", ...sparsities.map((s) => (s === 0 ? "dense" : `${100 * s}%`))], rows)}\n\n`,
);
process.stdout.write(`Peak of this process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`);

/** CPU seconds of a network that has just been laid out. */
async function measure(engine, sparsity) {
  const network = await engine.createNetwork(spec, optimizer);
  await network.setMasks(masksFor(sparsity));
  await network.writeParameters(parameters);
  const start = process.cpuUsage();
  if (flags.train) {
    const order = Uint32Array.from(lengths, (_, i) => i);
    await network.train(texts, order, { batchSize: 32, learningRate: 1e-5 });
  } else await network.evaluate(texts);
  const { user, system } = process.cpuUsage(start);
  await network.dispose();
  return (user + system) / 1e6;
}

function masksFor(sparsity) {
  if (sparsity === 0) return new Map();
  const stream = randomStream(0, "bench", "masks");
  const weights = parameterSpecs(spec).filter(({ role }) => role === "weight");
  return new Map(
    weights.map(({ name, size }) => [
      name,
      new Uint8Array(size).map(() => (stream.uniform() < sparsity ? 0 : 1)),
    ]),
  );
}

function runOnnxruntime() {
  const script = path.join(import.meta.dirname, "onnxruntime_transformer.py");
  const input = JSON.stringify({ network: shape, lengths });
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  return JSON.parse(execFileSync(process.env.PYTHON, ["-B", script], { input, env, encoding: "utf8" }))
    .seconds;
}
