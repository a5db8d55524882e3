// Times one training step (forward, backward, Adam) of each engine, beside what the Python of `PYTHON` (or python3) has of
// PyTorch, as it comes and compiled, on one thread and on all, JAX compiled by jit, likewise, and SparseProp; dense and with weights
// pruned, all by the same masks (torch.nn.utils.prune; in JAX a product). Runs the built code: `npm run bench`.

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { engines, openEngine } from "../dist/engines/registry.js";
import { inputError } from "../dist/foundations/errors.js";
import { didYouMean } from "../dist/foundations/suggest.js";
import { buildNetwork, modelSchema, models } from "../dist/models/registry.js";
import { describeMachine, formatTable, interleave, runBench } from "./measure.mjs";
import { measurePeak } from "./peak.mjs";
import { startJax, startPyTorch } from "./rivals.mjs";
import { maskKinds, multiplyAdds, prunedNetwork, trainer } from "./training.mjs";

const usage = `Usage: npm run bench -- [options]

  --engine NAME    an engine to time (repeatable; default: all that can run, without the reference)
  --model NAME     a model to time (repeatable; default: lenet-300-100, lenet-5)
  --sparsity S     the part of the weights that is pruned; 0 is dense
                   (repeatable; default: 0, 0.8, 0.9, 0.95, 0.99)
  --masks KIND     what is pruned: ${maskKinds[0]}, the same part of every weight tensor; or the smallest weights of a network
                   that is trained first, by ${maskKinds.slice(1).join(" or ")} (repeatable; default: all three)
  --grow           instead: how the dense step grows with the width of an MLP and with the batch
  --rounds N       rounds of turns, the median of which is shown (default 9)
  --seconds S      length of a turn (default 0.3)
  --json           print JSON instead of a table
`;

const { values: flags } = parseArgs({
  options: {
    engine: { type: "string", multiple: true },
    model: { type: "string", multiple: true, default: ["lenet-300-100", "lenet-5"] },
    sparsity: { type: "string", multiple: true, default: ["0", "0.8", "0.9", "0.95", "0.99"] },
    masks: { type: "string", multiple: true, default: maskKinds },
    grow: { type: "boolean", default: false },
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "0.3" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

// The kernels use one thread a network; so shall TensorFlow, unless it is told otherwise.
process.env.TF_NUM_INTRAOP_THREADS ??= "1";
const cores = availableParallelism();
const notify = (message) => process.stderr.write(`${message}\n`);
const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

await runBench(flags.help ? () => process.stdout.write(usage) : main);

async function main() {
  const cases = flags.grow ? growingCases() : sparseCases();
  const opened = await openEngines();
  const pytorch = await startPyTorch();
  if (pytorch === undefined) notify("PyTorch is left out: no Python with torch (PYTHON, or python3).");
  const jax = await startJaxes();
  if (jax.length === 0) notify("JAX is left out: no Python with jax (PYTHON, or python3).");
  const dataset = await loadDataset(datasetSchema().parse({ name: "mnist" }), {
    dataDir: undefined,
    notify,
  });

  const results = [];
  for (const each of cases) results.push(...(await timeCase(each, { opened, pytorch, jax, dataset })));

  const machine = {
    ...describeMachine(),
    engines: Object.fromEntries(opened.map(({ description }) => [description.name, description.device])),
    pytorch: pytorch?.version ?? null,
    sparseprop: pytorch?.sparseprop ?? null,
    jax: jax[0]?.version ?? null,
    peakMultiplyAddsPerSecond: await measurePeak(),
  };
  for (const engine of opened) await engine.dispose();
  await pytorch?.close();
  for (const { close } of jax) await close();
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ date: new Date(), machine, results }, null, 2)}\n`);
  else print(machine, results);
}

/** The models at the sparsities asked for, with all kinds of masks, batch 64. */
function sparseCases() {
  const sparsities = flags.sparsity.map(parseSparsity);
  for (const kind of flags.masks) checkName("masks", kind, maskKinds);
  return flags.model.flatMap((name) => {
    checkName("model", name, models.names());
    const spec = digitNetwork({ name });
    return sparsities.map((sparsity) => {
      if (sparsity === 0) return { title: `${name}, dense`, spec, sparsity, kinds: [null], batchSize: 64 };
      return { title: `${name}, ${100 * sparsity}%`, spec, sparsity, kinds: flags.masks, batchSize: 64 };
    });
  });
}

/** Dense MLPs of two hidden layers. */
function growingCases() {
  const mlp = (width, batchSize) => ({
    title: `784-${width}-${width}-10, batch ${batchSize}`,
    spec: digitNetwork({ name: "mlp", hidden: [width, width] }),
    sparsity: 0,
    kinds: [null],
    batchSize,
  });
  const widths = [300, 512, 1024, 2048, 4096];
  const batches = [32, 128, 256, 512, 1024];
  return [...widths.map((width) => mlp(width, 64)), ...batches.map((batch) => mlp(300, batch))];
}

function digitNetwork(model) {
  return buildNetwork(modelSchema().parse(model), [1, 28, 28], 10, "softmax-cross-entropy");
}

/** JAX on one thread and on all: it takes its threads when it starts. */
async function startJaxes() {
  const started = [];
  for (const threads of new Set([1, cores])) {
    const jax = await startJax(threads);
    if (jax !== undefined) started.push({ ...jax, name: threads === 1 ? "jax" : `jax, ${threads} threads` });
  }
  return started;
}

/** Times every engine and its rivals at one case, with all its kinds of masks, in turns. */
async function timeCase({ title, spec, sparsity, kinds, batchSize }, { opened, pytorch, jax, dataset }) {
  const contenders = [];
  const networks = [];
  for (const kind of kinds) {
    const { parameters, masks } = await prunedNetwork(spec, { kind, sparsity, dataset, notify });
    const own = { title: kind === null ? title : `${title} ${kind}`, masks };
    for (const engine of opened) {
      const network = await engine.createNetwork(spec, optimizer);
      networks.push(network);
      await network.writeParameters(parameters);
      if (masks.size > 0) await network.setMasks(masks);
      const run = trainer(network, dataset.train, batchSize);
      contenders.push({ ...own, kind, name: engine.description.name, run });
    }
    const training = { spec, optimizer, batchSize, masks: encode(masks) };
    if (pytorch !== undefined) {
      for (const { name, ...options } of rivalsOf(pytorch, kind))
        contenders.push({ ...own, kind, name, run: await pytorch.open({ ...training, ...options }) });
    }
    for (const { name, open } of isTrained(kind) ? [] : jax)
      contenders.push({ ...own, kind, name, run: await open(training) });
  }
  const rounds = Number(flags.rounds);
  const timings = await interleave(contenders, { rounds, turnSeconds: Number(flags.seconds) });
  for (const network of networks) await network.dispose();
  return timings.map((timing, i) => {
    const { title, kind, masks } = contenders[i];
    const rate = (1000 * batchSize * multiplyAdds(spec, masks)) / timing.median;
    return { title, sparsity, masks: kind, batchSize, ...timing, multiplyAddsPerSecond: rate };
  });
}

/** PyTorch in its arrangements; with trained masks without those that only differ in how they multiply by zeros, wherever these are. */
function rivalsOf(pytorch, kind) {
  const plain = { fused: true, compiled: false, sparseprop: false, threads: 1 };
  const rivals = [
    { ...plain, name: "pytorch", fused: false },
    { ...plain, name: "pytorch, fused Adam" },
  ];
  if (pytorch.sparseprop !== null && kind !== null)
    rivals.push({ ...plain, name: "sparseprop, fused Adam", sparseprop: true });
  if (isTrained(kind)) return rivals;
  rivals.push({ ...plain, name: "pytorch, compiled, fused Adam", compiled: true });
  if (cores === 1) return rivals;
  const many = { ...plain, threads: cores };
  rivals.push({ ...many, name: `pytorch, fused Adam, ${cores} threads` });
  rivals.push({ ...many, name: `pytorch, compiled, fused Adam, ${cores} threads`, compiled: true });
  return rivals;
}

function isTrained(kind) {
  return kind !== null && kind !== "random";
}

function encode(masks) {
  return [...masks.values()].map((mask) => Buffer.from(mask).toString("base64"));
}

function checkName(flag, name, names) {
  if (names.includes(name)) return;
  throw inputError(`--${flag} is not '${name}'.${didYouMean(name, names)} There are: ${names.join(", ")}.`);
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
  for (const entry of engines.list()) {
    if (entry.name === "reference") continue;
    const availability = await entry.check();
    if (availability.available) opened.push(await entry.open(notify));
    else notify(`${entry.name} is left out: ${availability.reason}`);
  }
  return opened;
}

function print(machine, results) {
  const baseline = ({ title }) =>
    results.find((result) => result.title === title && result.name === "pytorch")?.median;
  const { peakMultiplyAddsPerSecond: peak } = machine;
  const rows = results.map((result) => {
    const { title, name, median, fastest, slowest, multiplyAddsPerSecond: rate } = result;
    const pytorch = baseline(result);
    return [
      `${title}, ${name}`,
      ...[median, fastest, slowest].map((ms) => ms.toFixed(3)),
      pytorch === undefined ? "" : `${(pytorch / median).toFixed(2)}x`,
      (rate / 1e9).toFixed(1),
      peak === undefined ? "" : `${((100 * rate) / peak).toFixed(0)}%`,
    ];
  });
  const devices = Object.entries(machine.engines).map(([name, device]) => `${name}: ${device}`);
  const header = [
    "case, engine",
    "median",
    "fastest",
    "slowest",
    "against PyTorch",
    "G multiply-adds/s",
    "of peak",
  ];
  process.stdout.write(
    `${[
      `One training step, Adam, one thread and batch 64 unless named; milliseconds, ${flags.rounds} rounds in turns.`,
      `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`,
      ...devices,
      ...(machine.pytorch === null ? [] : [`PyTorch ${machine.pytorch}`]),
      ...(machine.jax === null ? [] : [`JAX ${machine.jax}`]),
      ...(machine.sparseprop === null ? [] : [`SparseProp ${machine.sparseprop}`]),
      ...(peak === undefined
        ? []
        : [`Peak of one core, measured: ${(peak / 1e9).toFixed(1)} G multiply-adds/s`]),
      "",
      formatTable(header, rows),
    ].join("\n")}\n`,
  );
}
