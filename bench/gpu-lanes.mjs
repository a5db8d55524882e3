// Times many small networks at once in the lanes of the engine tensorflow: beside one of them alone, and a whole sweep
// beside the kernels on all cores. Also tells whether a network's numbers depend on the lanes. Prints the tables of
// bench/gpu.md. Runs the built code: npm run build && node bench/gpu-lanes.mjs, or with the rest, npm run bench:gpu.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { openEngine } from "../dist/engines/registry.js";
import { packageRoot } from "../dist/foundations/paths.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { describeMachine, formatMarkdown, median, runBench } from "./measure.mjs";

const usage = `Usage: node bench/gpu-lanes.mjs [options]

  --networks N    the most networks at once (default 100)
  --turn SECONDS  how long a turn lasts (default 1)
  --config NAME   the sweep (default mnist-mlp); MNIST is read from PRUNE_LAB_DATA or data/, else the bundled digits
  --set P=V       override a field of the config (repeatable), such as train.epochs=1
  --lanes N,...   numbers of lanes that the sweep is run with (default 1,16,32)
`;

const MODELS = ["lenet-300-100", "lenet-5"];
const BATCH_SIZE = 64;
/** As the experiment trains: so many steps a call. */
const STEPS_A_CALL = 16;
const ROUNDS = 3;
/** Long enough that rounding would show, with Adam, which turns it into steps. */
const COMPARED_STEPS = 32;
const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const notify = (message) => process.stderr.write(`${message}\n`);

const { values: flags } = parseArgs({
  options: {
    networks: { type: "string", default: "100" },
    turn: { type: "string", default: "1" },
    config: { type: "string", default: "mnist-mlp" },
    set: { type: "string", multiple: true, default: [] },
    lanes: { type: "string", default: "1,16,32" },
    help: { type: "boolean", default: false },
  },
});

await runBench(flags.help ? () => process.stdout.write(usage) : main);

async function main() {
  const most = Number(flags.networks);
  const { cpu, cores, system, node } = describeMachine();
  process.stdout.write(`${cpu}, ${cores} cores, ${system}, Node ${node}\n`);
  const dataset = datasetSchema().parse({ name: "mnist" });
  const { train: examples } = await loadDataset(dataset, { dataDir: undefined, notify });
  process.stdout.write(`\n${await timingTable(examples, most)}\n`);
  process.stdout.write(`\n${await bitsTable(examples, most)}\n`);
  process.stdout.write(`\n${await sweepTable()}\n`);
}

/** The engine with a number of lanes. */
async function openLanes(lanes) {
  process.env.PRUNE_LAB_TENSORFLOW_LANES = String(lanes);
  return openEngine("tensorflow", notify);
}

/** Some and all of the networks that there is room for. */
function counts(most) {
  return [...new Set([1, Math.min(16, most), most])];
}

/** Milliseconds of a step of all networks at once, in turns with one that is alone. */
async function timingTable(examples, most) {
  const alone = await openLanes(1);
  process.stdout.write(`tensorflow: ${alone.description.device}\n`);
  const rows = [];
  try {
    for (const model of MODELS) {
      for (const count of counts(most)) {
        const lanes = await openLanes(Math.max(2, count));
        const single = await startNetworks(alone, model, 1);
        const many = await startNetworks(lanes, model, count);
        const times = { single: [], many: [] };
        // The first round warms up.
        for (let round = 0; round <= ROUNDS; round++) {
          const [one, all] = [await timeTurn(single, examples), await timeTurn(many, examples)];
          if (round === 0) continue;
          times.single.push(one);
          times.many.push(all);
        }
        await lanes.dispose();
        for (const network of single) await network.dispose();
        const [one, all] = [median(times.single), median(times.many)];
        rows.push([
          model,
          String(count),
          one.toFixed(2),
          all.toFixed(2),
          `${(all / one).toFixed(1)}x`,
          `${((count * one) / all).toFixed(1)}x`,
        ]);
      }
    }
  } finally {
    await alone.dispose();
  }
  const header = ["model", "networks", "one alone, ms", "all in lanes, ms", "times one", "speed"];
  return formatMarkdown(header, rows);
}

/** Milliseconds of a step of each network while all train: calls one after the other, as the experiment makes them. */
async function timeTurn(networks, examples) {
  const end = performance.now() + 1000 * Number(flags.turn);
  const started = performance.now();
  let steps = 0;
  await Promise.all(
    networks.map(async (network, seed) => {
      while (performance.now() < end) {
        await network.train(examples, orderOf(seed, STEPS_A_CALL, examples), {
          batchSize: BATCH_SIZE,
          learningRate: 0.001,
        });
        steps += STEPS_A_CALL;
      }
    }),
  );
  return ((performance.now() - started) * networks.length) / steps;
}

/** Whether one network ends with the same bits: again, beside others, and with another number of lanes. */
async function bitsTable(examples, most) {
  const rows = [];
  for (const model of MODELS) {
    const trained = new Map();
    for (const lanes of [...new Set([2, ...counts(most)])].filter((count) => count > 1)) {
      const engine = await openLanes(lanes);
      const [first, again, last] = [
        await bitsOf(engine, model, examples, { count: 1, watched: 0 }),
        await bitsOf(engine, model, examples, { count: 1, watched: 0 }),
        await bitsOf(engine, model, examples, { count: lanes, watched: lanes - 1 }),
      ];
      await engine.dispose();
      trained.set(lanes, first);
      const sameAs = [...trained].filter(([, bits]) => bits === first).map(([count]) => count);
      const told = (same) => (same ? "the same bits" : "DIFFERENT");
      rows.push([model, String(lanes), told(again === first), told(last === first), sameAs.join(", ")]);
    }
  }
  return formatMarkdown(
    ["model", "lanes", "again", "in the last lane, beside others", "bits of lanes"],
    rows,
  );
}

async function bitsOf(engine, model, examples, { count, watched }) {
  const networks = await startNetworks(engine, model, count, watched);
  await Promise.all(
    networks.map((network, place) => {
      const seed = place === watched ? 0 : place + 1;
      const options = { batchSize: BATCH_SIZE, learningRate: 0.001 };
      return network.train(examples, orderOf(seed, COMPARED_STEPS, examples), options);
    }),
  );
  const hash = createHash("sha256");
  for (const values of (await networks[watched].readParameters()).values()) hash.update(values);
  for (const network of networks) await network.dispose();
  return hash.digest("hex");
}

/** The watched one starts from the same values wherever it is. */
async function startNetworks(engine, name, count, watched = 0) {
  const spec = buildNetwork(modelSchema().parse({ name }), [1, 28, 28], 10, "softmax-cross-entropy");
  const networks = [];
  for (let place = 0; place < count; place++) {
    const network = await engine.createNetwork(spec, adam);
    const seed = place === watched ? 0 : place + 1;
    await network.writeParameters(initialParameters(spec, { name: "pytorch" }, seed));
    networks.push(network);
  }
  return networks;
}

function orderOf(seed, steps, { count }) {
  return Uint32Array.from({ length: steps * BATCH_SIZE }, (_, i) => (i * 31 + seed * 1009) % count);
}

/** Seconds of a whole sweep: on the kernels with all cores, on TensorFlow with one lane and with several. */
async function sweepTable() {
  const folder = await mkdtemp(path.join(os.tmpdir(), "prune-lab-gpu-lanes-"));
  const contenders = [
    { engine: "kernels", lanes: 1, workers: os.availableParallelism() },
    ...flags.lanes.split(",").map((lanes) => ({ engine: "tensorflow", lanes, workers: Number(lanes) })),
  ];
  const rows = [];
  try {
    for (const { engine, lanes, workers } of contenders) {
      const out = path.join(folder, `${engine}-${lanes}`);
      const args = ["--engine", engine, "--workers", String(workers), "--out", out, "--quiet", "--no-charts"];
      const set = flags.set.flatMap((each) => ["--set", each]);
      const started = performance.now();
      await promisify(execFile)(
        process.execPath,
        [path.join(packageRoot, "bin/prune-lab.js"), "sweep", "--config", flags.config, ...set, ...args],
        { env: { ...process.env, PRUNE_LAB_TENSORFLOW_LANES: String(lanes) } },
      );
      const seconds = (performance.now() - started) / 1000;
      rows.push([flags.config, engine, String(workers), seconds.toFixed(1)]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return formatMarkdown(["sweep", "engine", "runs at once", "seconds"], rows);
}
