// Times one training step (forward, backward, Adam) of each engine, beside PyTorch on one thread when a Python
// with torch is found (`PYTHON`, or python3), dense and with weights pruned (there: torch.nn.utils.prune). Runs the built code: `npm run bench`.
import { parseArgs } from "node:util";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { parameterSpecs } from "../dist/engines/network-spec.js";
import { engines, openEngine } from "../dist/engines/registry.js";
import { inputError, PruneLabError } from "../dist/foundations/errors.js";
import { randomStream } from "../dist/foundations/random.js";
import { didYouMean } from "../dist/foundations/suggest.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema, models } from "../dist/models/registry.js";
import { describeMachine, formatTable, interleave } from "./measure.mjs";
import { startPyTorch } from "./pytorch.mjs";

const usage = `Usage: npm run bench -- [options]

  --engine NAME    an engine to time (repeatable; default: all that can run, without the reference)
  --model NAME     a model to time (repeatable; default: lenet-300-100, lenet-5)
  --sparsity S     the part of every weight tensor that is pruned, at random; 0 is dense
                   (repeatable; default: 0, 0.8, 0.9, 0.95, 0.99)
  --rounds N       rounds of turns, the median of which is shown (default 9)
  --seconds S      length of a turn (default 0.3)
  --json           print JSON instead of a table
`;

const { values: flags } = parseArgs({
  options: {
    engine: { type: "string", multiple: true },
    model: { type: "string", multiple: true, default: ["lenet-300-100", "lenet-5"] },
    sparsity: { type: "string", multiple: true, default: ["0", "0.8", "0.9", "0.95", "0.99"] },
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "0.3" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

// The kernels use one thread a network; so shall TensorFlow, unless it is told otherwise.
process.env.TF_NUM_INTRAOP_THREADS ??= "1";
const notify = (message) => process.stderr.write(`${message}\n`);
const batchSize = 64;
const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

try {
  if (flags.help) process.stdout.write(usage);
  else await main();
} catch (error) {
  if (!(error instanceof PruneLabError)) throw error;
  notify(`${error.message} ${error.hint ?? ""}`.trim());
  process.exitCode = 2;
}

async function main() {
  for (const name of flags.model) checkModel(name);
  const sparsities = flags.sparsity.map(parseSparsity);
  const opened = await openEngines();
  const pytorch = await startPyTorch();
  if (pytorch === undefined)
    notify("No Python with torch found (PYTHON, or python3): nothing to compare with.");
  const { train: examples } = await loadDataset(datasetSchema.parse({ name: "mnist" }), {
    dataDir: undefined,
    notify,
  });

  const results = [];
  for (const model of flags.model) {
    const spec = buildNetwork(modelSchema.parse({ name: model }), [1, 28, 28], 10, "softmax-cross-entropy");
    for (const sparsity of sparsities) {
      const contenders = [];
      for (const engine of opened) {
        const run = await engineRunner(engine, spec, examples, sparsity);
        contenders.push({ name: engine.description.name, run });
      }
      for (const fused of pytorch === undefined ? [] : [false, true]) {
        const run = await pytorch.open({ spec, optimizer, batchSize, fused, sparsity });
        contenders.push({ name: fused ? "pytorch, fused Adam" : "pytorch", run });
      }
      const timings = await interleave(contenders, {
        rounds: Number(flags.rounds),
        turnSeconds: Number(flags.seconds),
      });
      for (const timing of timings) results.push({ model, sparsity, ...timing });
    }
  }

  const machine = {
    ...describeMachine(),
    engines: Object.fromEntries(opened.map(({ description }) => [description.name, description.device])),
    pytorch: pytorch?.version ?? null,
  };
  for (const engine of opened) await engine.dispose();
  await pytorch?.close();
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ date: new Date(), batchSize, machine, results }, null, 2)}\n`);
  else print(machine, results);
}

function checkModel(name) {
  const names = models.map((model) => model.name);
  if (names.includes(name)) return;
  throw inputError(`Unknown model '${name}'.${didYouMean(name, names)} Models: ${names.join(", ")}.`);
}

function parseSparsity(text) {
  const sparsity = Number(text);
  if (text.trim() !== "" && sparsity >= 0 && sparsity <= 1) return sparsity;
  throw inputError(`--sparsity is a number from 0 to 1, not '${text}'.`);
}

/** The engines asked for, or all that can run here. The reference is left out: it is slow by design. */
async function openEngines() {
  if (flags.engine !== undefined) return Promise.all(flags.engine.map((name) => openEngine(name, notify)));
  const opened = [];
  for (const entry of engines) {
    if (entry.name === "reference") continue;
    const availability = await entry.check();
    if (availability.available) opened.push(await entry.open(notify));
    else notify(`${entry.name} is left out: ${availability.reason}`);
  }
  return opened;
}

/** Trains over shuffled examples, as a sweep does; reading them is part of the step. */
async function engineRunner(engine, spec, examples, sparsity) {
  const network = await engine.createNetwork(spec, optimizer);
  await network.writeParameters(initialParameters(spec, { name: "pytorch" }, 0));
  if (sparsity > 0) await network.setMasks(randomMasks(spec, sparsity));
  const stream = randomStream(0, "bench");
  return async (steps) => {
    const order = Uint32Array.from({ length: steps * batchSize }, () => stream.below(examples.count));
    const start = performance.now();
    await network.train(examples, order, { batchSize, learningRate: 0.001 });
    return (performance.now() - start) / 1000;
  };
}

/** Prunes that part of each weight tensor, exactly. */
function randomMasks(spec, sparsity) {
  const stream = randomStream(0, "bench masks");
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

function print(machine, results) {
  const baseline = ({ model, sparsity }) =>
    results.find((it) => it.model === model && it.sparsity === sparsity && it.name === "pytorch")?.median;
  const rows = results.map(({ name, median, fastest, slowest, ...of }) => {
    const pytorch = baseline(of);
    const ratio = pytorch === undefined ? "" : `${(pytorch / median).toFixed(2)}x`;
    const density = of.sparsity === 0 ? "dense" : `${100 * of.sparsity}%`;
    return [
      `${of.model}, ${density}, ${name}`,
      ...[median, fastest, slowest].map((ms) => ms.toFixed(3)),
      ratio,
    ];
  });
  const devices = Object.entries(machine.engines).map(([name, device]) => `${name}: ${device}`);
  process.stdout.write(
    `${[
      `One training step, batch ${batchSize}, Adam, one thread; milliseconds, ${flags.rounds} rounds in turns.`,
      `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`,
      ...devices,
      ...(machine.pytorch === null ? [] : [`PyTorch ${machine.pytorch}`]),
      "",
      formatTable(["model, sparsity, engine", "median", "fastest", "slowest", "speed against PyTorch"], rows),
    ].join("\n")}\n`,
  );
}
