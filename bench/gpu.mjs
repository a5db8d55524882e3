// Times training steps on a GPU beside the fastest engine on the CPU, checks that the GPU's numbers repeat and agree,
// and prints the tables of bench/gpu.md. Runs the built code: npm run build && node bench/gpu.mjs.
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { openEngine } from "../dist/engines/registry.js";
import { PruneLabError } from "../dist/foundations/errors.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { describeMachine, formatMarkdown, interleave } from "./measure.mjs";

const ENGINES = ["kernels", "tensorflow"];
const MODELS = [{ name: "lenet-300-100" }, { name: "mlp", hidden: [2048, 2048] }, { name: "lenet-5" }];
const BATCH_SIZES = [64, 1024];
const SHAPE = [1, 28, 28];
const CLASSES = 10;
/**
 * Few: sooner or later a ReLU or a pool near a tie falls on the other side, on two builds for one CPU too. With 2048
 * units a layer that takes about 7 steps, and one unit is then off by 1e-4.
 */
const CHECKED_STEPS = 5;
const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
/** Numbers are compared with SGD: Adam's first steps turn the rounding of a gradient near 0 into a whole step. */
const sgd = { name: "sgd", momentum: 0.9, weightDecay: 0 };
// One network at a time; bench/gpu-lanes.mjs has many.
process.env.PRUNE_LAB_TENSORFLOW_LANES = "1";
const notify = (message) => process.stderr.write(`${message}\n`);

try {
  await main();
} catch (error) {
  if (!(error instanceof PruneLabError)) throw error;
  notify(`${error.message} ${error.hint ?? ""}`.trim());
  process.exitCode = 2;
}

async function main() {
  const engines = [];
  for (const name of ENGINES) engines.push(await openEngine(name, notify));
  const dataset = datasetSchema().parse({ name: "mnist" });
  const { train: examples } = await loadDataset(dataset, { dataDir: undefined, notify });
  try {
    const { cpu, cores, system, node } = describeMachine();
    process.stdout.write(`${cpu}, ${cores} cores, ${system}, Node ${node}\n`);
    for (const { description } of engines)
      process.stdout.write(`${description.name}: ${description.device}\n`);
    process.stdout.write(`\n${await timingTable(engines, examples)}\n`);
    process.stdout.write(`\n${await agreementTable(engines, examples)}\n`);
  } finally {
    for (const engine of engines) await engine.dispose();
  }
}

/** Milliseconds of a step. */
async function timingTable(engines, examples) {
  const rows = [];
  for (const model of MODELS) {
    for (const batchSize of BATCH_SIZES) {
      const networks = [];
      for (const engine of engines) networks.push(await startNetwork(engine, model, adam));
      const contenders = networks.map((network, i) => ({
        name: engines[i].description.name,
        run: async (steps) => {
          const start = performance.now();
          await trainSteps(network, examples, batchSize, 0.001, steps);
          return (performance.now() - start) / 1000;
        },
      }));
      const timings = await interleave(contenders, { rounds: 5, turnSeconds: 0.5 });
      for (const network of networks) await network.dispose();
      const [cpu, gpu] = timings.map(({ median }) => median);
      rows.push([
        titleOf(model),
        String(batchSize),
        cpu.toFixed(2),
        gpu.toFixed(2),
        `${(cpu / gpu).toFixed(1)}x`,
      ]);
    }
  }
  const titles = engines.map(({ description }) => `${description.name}, ms`);
  return formatMarkdown(["model", "batch", ...titles, "speed"], rows);
}

/** How far the parameters are apart after some steps: from the CPU's, and from a second run's on the GPU. */
async function agreementTable([cpu, gpu], examples) {
  const rows = [];
  for (const model of MODELS) {
    const [expected, first, second] = [
      await trainedParameters(cpu, model, examples),
      await trainedParameters(gpu, model, examples),
      await trainedParameters(gpu, model, examples),
    ];
    const repeats = relativeError(second, first) === 0 ? "the same bits" : "DIFFERENT";
    rows.push([titleOf(model), relativeError(first, expected).toExponential(1), repeats]);
  }
  return formatMarkdown(["model", `relative error after ${CHECKED_STEPS} steps`, "a second run"], rows);
}

async function trainedParameters(engine, model, examples) {
  const network = await startNetwork(engine, model, sgd);
  await trainSteps(network, examples, 64, 0.01, CHECKED_STEPS);
  const parameters = await network.readParameters();
  await network.dispose();
  return parameters;
}

async function startNetwork(engine, model, optimizer) {
  const spec = buildNetwork(modelSchema().parse(model), SHAPE, CLASSES, "softmax-cross-entropy");
  const network = await engine.createNetwork(spec, optimizer);
  await network.writeParameters(initialParameters(spec, { name: "pytorch" }, 0));
  return network;
}

async function trainSteps(network, examples, batchSize, learningRate, steps) {
  const order = Uint32Array.from({ length: steps * batchSize }, (_, i) => (i * 31) % examples.count);
  await network.train(examples, order, { batchSize, learningRate });
}

/** The largest difference of any tensor, relative to the tensor's largest value. */
function relativeError(actual, expected) {
  const errors = [...expected].map(([name, values]) => {
    const difference = values.reduce(
      (max, value, i) => Math.max(max, Math.abs(value - actual.get(name)[i])),
      0,
    );
    return difference / values.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30);
  });
  return Math.max(...errors);
}

function titleOf({ name, hidden }) {
  return hidden === undefined ? name : `${name} ${hidden.join("-")}`;
}
