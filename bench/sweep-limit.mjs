import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { prepareStudy } from "../dist/experiment/prepare.js";
import { workOf } from "../dist/experiment/runs/index.js";
import { TRAINING_PASSES } from "../dist/experiment/training/effort.js";
import { groupBy } from "../dist/foundations/group-by.js";
import { weightedLayers } from "../dist/network/weighted-layers.js";
import { formatTable } from "./measure.mjs";

/**
 * What the runs of a finished sweep took, in seconds, and the multiply-adds of kept weights that they cannot do without: one a weight
 * and example forward, two backward, one of them where nothing is asked of the gradient of the inputs: in the first layer.
 */
export async function workDone(config, folder) {
  const { plan, settings, data } = await prepareStudy({ options: config, dataDir: undefined, notify() {} });
  data.release();
  const [timings, layers] = await Promise.all(
    ["timings.csv", "layers.csv"].map((name) => readTable(folder, name)),
  );
  const timingOf = new Map(timings.map((row) => [row.run, row]));
  const tensorsOf = groupBy(layers, ({ method, target_sparsity, seed }) =>
    pointKey(method, target_sparsity, seed),
  );
  const denseLayers = weightedLayers(settings.network).map(
    ({ weight, positions }) => positions * weight.size,
  );
  const dense = sum(denseLayers);

  return plan.runs.map((run) => {
    const work = workOf(run, settings, data.facts.examples);
    const { passes, density, densePasses = 0 } = work;
    const macs = (work.macs ?? dense) * density;
    const pruned = tensorsOf.get(pointKey(run.method?.name, run.sparsity, run.seed));
    const kept = pruned?.map((tensor) => Number(tensor.macs)).filter((each) => each > 0) ?? denseLayers;
    const first = kept.length === 0 ? 0 : (macs * kept[0]) / sum(kept);
    const timing = timingOf.get(run.label);
    const training = Number(timing.train_seconds);
    const trained = Number(timing.examples_per_second) * training;
    const testing = Math.max(0, passes - TRAINING_PASSES * trained) * macs;
    return {
      sparsity: run.sparsity,
      seconds: Number(timing.seconds),
      training,
      macs: passes * macs - trained * first + densePasses * dense,
      testing,
    };
  });
}

async function readTable(folder, name) {
  return parse(await readFile(path.join(folder, name), "utf8"), { columns: true });
}

function pointKey(method, sparsity, seed) {
  return JSON.stringify([method, Number(sparsity), Number(seed)]);
}

/** The seconds that cores take which do nothing but these multiply-adds, `peak` of them a second on each. */
export function limitOf(runs, { peak, workers }) {
  return sum(runs.map(({ macs }) => macs)) / (peak * workers);
}

/**
 * Where a sweep's time goes, as a table in seconds of all its cores together. `clock` has when its first run started, its last
 * one ended, and the process did, in seconds from its start; `phases` the seconds that its threads spent on each part.
 */
export function breakdown(runs, { clock, phases, peak, workers }) {
  const whole = clock.end * workers;
  const row = (name, seconds, macs = 0) => [
    name,
    seconds.toFixed(2),
    `${((100 * seconds) / whole).toFixed(1)}%`,
    macs === 0 ? "" : (macs / peak).toFixed(2),
    macs === 0 ? "" : `${((100 * macs) / (peak * seconds)).toFixed(0)}%`,
  ];
  const total = (of, key) => sum(of.map((run) => run[key]));
  const busy = total(runs, "seconds");
  const [all, testing, training] = [total(runs, "macs"), total(runs, "testing"), total(runs, "training")];
  const { data, load, evaluation, store, tables, drawing } = phases;
  const finish = clock.end - clock.last;
  return formatTable(
    ["part", "seconds", "of all", "at the peak", "share of the peak"],
    [
      row("start, until a run begins, without data", (clock.first - data) * workers),
      row("data: read and checked", data * workers),
      ...[...groupBy(runs, partOf)].map(([name, of]) => row(name, total(of, "seconds"), total(of, "macs"))),
      row("store: what runs write", store),
      row("idle cores", (clock.last - clock.first) * workers - busy - store),
      row("end: tables", tables * workers),
      row("end: drawing", drawing * workers),
      row("end: all else", (finish - tables - drawing) * workers),
      row("all", whole, all),
      row("of the runs: training", training, all - testing),
      row("of the runs: evaluation", evaluation, testing),
      row("of the runs: store, what they read", load),
      row("of the runs: all else, such as pruning", busy - training - evaluation - load),
    ],
  );
}

function partOf({ sparsity }) {
  return sparsity === undefined ? "dense baselines" : `points at ${100 * sparsity}%`;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
