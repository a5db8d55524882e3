// Time and memory of a study of many runs, beside the training of its networks: plan, read the store, tables, charts, report.
// The store is written by the program's own writer; the results are those of one seed, which is really computed, under the
// names of all others. Runs the built code: npm run build && node bench/scale.mjs [RUNS ...] (default 1000 10000).
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadConfig } from "../dist/config/load.js";
import { resolvedConfigYaml } from "../dist/config/resolved.js";
import { prepareStudy } from "../dist/experiment/prepare.js";
import { openStudy } from "../dist/results/study-folder.js";
import { RunStore } from "../dist/scheduling/store.js";
import { formatMarkdown } from "./measure.mjs";

const METHODS = [
  "l1-unstructured",
  "global-magnitude",
  "random-unstructured",
  "random-global",
  "lamp",
  "erk-magnitude",
  "igq",
  "taylor",
];
const SPARSITIES = Array.from({ length: 25 }, (_, i) => i / 25);
const POINTS = (METHODS.length - 1) * (SPARSITIES.length - 1) + SPARSITIES.length;
const bin = path.resolve("bin/prune-lab.js");
const METER = `process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write("\\nMETER " + JSON.stringify({ pid: process.pid, cpu: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS / 1024 }) + "\\n");
});`;

// The store is written by a process of its own: the peak of this one is what Linux counts its children's peaks from.
if (process.argv[2] === "--fill") {
  await fill(...process.argv.slice(3));
  process.exit();
}

const root = mkdtempSync(path.join(tmpdir(), "prune-lab-scale-"));
const sizes = process.argv.slice(2).map(Number);
try {
  const rows = [];
  for (const size of sizes.length === 0 ? [1000, 10_000] : sizes) rows.push(...(await measure(size)));
  process.stdout.write(
    `${formatMarkdown(["runs", "step", "seconds", "ms a run", "CPU seconds", "peak MiB"], rows)}\n`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function measure(size) {
  const seeds = Math.max(1, Math.round(size / POINTS));
  const template = path.join(root, `template-${size}`);
  const one = writeConfig(`one-${size}`, 1);
  run(["sweep", "--config", one, "--out", template, "--quiet"]);

  const config = writeConfig(`all-${size}`, seeds);
  const folder = path.join(root, `results-${size}`);
  const plan = run(["sweep", "--config", config, "--out", folder, "--dry-run"]);
  const { peak, stdout } = runScript(import.meta.filename, ["--fill", config, template, folder]);
  const { runs, ...written } = JSON.parse(stdout);
  const store = { peak, ...written };
  const tables = run(["sweep", "--config", config, "--out", folder, "--quiet", "--no-charts"]);
  const sweep = run(["sweep", "--config", config, "--out", folder, "--quiet"]);
  // Of more rows than there is memory for nothing is drawn.
  const report = existsSync(path.join(folder, "report.html")) ? run(["report", folder]) : undefined;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  process.stderr.write(`${runs} runs: ${files.length} files\n`);
  const steps = { plan, store, tables, sweep, ...(report === undefined ? {} : { report }) };
  return Object.entries(steps).map(([step, { seconds, cpu, peak }]) => [
    runs.toLocaleString("en"),
    step,
    seconds.toFixed(1),
    ((1000 * seconds) / runs).toFixed(2),
    cpu.toFixed(1),
    peak.toFixed(0),
  ]);
}

function writeConfig(name, seeds) {
  const data = path.join(root, "data.csv");
  const line = (i) => [Math.cos(i), ...Array.from({ length: 12 }, (_, j) => Math.sin(i * j + j))];
  const header = ["answer", ...Array.from({ length: 12 }, (_, j) => `x${j}`)];
  writeFileSync(
    data,
    `${[header, ...Array.from({ length: 150 }, (_, i) => line(i))].map((cells) => cells.join(",")).join("\n")}\n`,
  );
  const file = path.join(root, `${name}.json`);
  const config = {
    name: "many",
    dataset: { name: "table", path: data, targets: "answer", validation: 25 },
    model: { name: "mlp", hidden: [8] },
    train: { epochs: 1, optimizer: { name: "adam", learningRate: 0.01 } },
    prune: { methods: METHODS, sparsities: SPARSITIES, finetune: { epochs: 1 } },
    seeds: Array.from({ length: seeds }, (_, i) => i),
    engine: "kernels-wasm",
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Stores every run of a study, with the results of the first seed's, and prints what the writing took. */
async function fill(configFile, template, folder) {
  const { config } = await loadConfig(configFile, { set: [] });
  const prepared = await prepareStudy({ options: config, dataDir: undefined, notify: () => {} });
  const { data, plan, settings } = prepared;
  data.release();
  const configText = resolvedConfigYaml(prepared.options);
  const open = await openStudy({
    study: prepared,
    configText,
    folder,
    checkpoints: "baselines",
    fresh: false,
    runs: plan.runs,
    notify: () => {},
  });
  const from = new RunStore(path.join(template, "runs"), settings.network);
  const firsts = new Map();
  for (const each of plan.runs) {
    if (each.seed !== 0) continue;
    const found = await from.read(each.id);
    const parent = await from.readArtifacts(each.id, found.artifacts);
    firsts.set(keyOf(each), { found, output: { ...parent, result: found.result } });
  }
  const [start, before] = [performance.now(), process.cpuUsage()];
  for (const each of plan.runs) {
    const { found, output } = firsts.get(keyOf(each));
    await open.store.write(each.id, output, found.timing, found.artifacts);
  }
  await open.store.close();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1000;
  await open.folder.release();
  process.stdout.write(JSON.stringify({ runs: plan.runs.length, seconds, cpu: (user + system) / 1e6 }));
}

function keyOf({ label }) {
  return label.replace(/-seed\d+$/, "");
}

function run(args) {
  return runScript(bin, args);
}

/** Seconds, CPU seconds and peak MiB of a process, and what it printed; those that it started print theirs too. */
function runScript(script, args) {
  const start = performance.now();
  const meter = `data:text/javascript,${encodeURIComponent(METER)}`;
  const { pid, status, stdout, stderr } = spawnSync(process.execPath, ["--import", meter, script, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${args.join(" ")} ends with ${status}:\n${stderr}`);
  const meters = [...stderr.matchAll(/METER (.*)/g)].map(([, json]) => JSON.parse(json));
  return { seconds, stdout, ...meters.findLast((meter) => meter.pid === pid) };
}
