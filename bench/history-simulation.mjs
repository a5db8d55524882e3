/**
 * How often `prune-lab check --history` raises a false alarm, and how soon it finds a slow decline: simulated histories
 * of two methods at 9 sparsities and the areas under their curves, put through the test that the command uses, at
 * every run. Prints the tables of docs/ci.md.
 *
 *   npm run build && node bench/history-simulation.mjs [histories a cell, default 1000: some minutes]
 *
 * A run's value at a point is the curve's plus the mean of 5 seeds' normal noise of the given deviation, each accuracy
 * rounded to a number of 1,000 right answers. A part of that noise, the correlation, is shared by all points of a run.
 */

import { areaUnderCurve } from "../dist/analysis/curve-summaries.js";
import { slowDeclines, WINDOW } from "../dist/analysis/gate/slow-decline.js";
import { randomStream } from "../dist/foundations/random.js";

const SPARSITIES = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99];
const METHODS = ["l1-unstructured", "global-magnitude"];
const DEVIATIONS = [0.1, 0.2, 0.5, 1];
const SEEDS = 5;
const TEST_EXAMPLES = 1000;
const RULE = { alpha: 0.05, tolerance: 0.5 };
/** Of an undisturbed history; and before a decline begins. */
const RUNS = 100;
const CALM = 20;
const DROPS = 10;

const histories = Number(process.argv[2] ?? 1000);
if (!Number.isInteger(histories) || histories < 1)
  throw new RangeError("histories a cell: a whole number from 1");

const level = (sparsity) => 97.5 - 0.05 / (1 - 0.99 * sparsity);
const alarms = [];
const found = [];
for (const correlation of [0, 0.5, 0.9]) {
  const cells = DEVIATIONS.map((deviation) => falseAlarms({ deviation, correlation }));
  alarms.push([`correlation ${correlation}`, ...cells]);
  process.stderr.write(`false alarms, correlation ${correlation}\n`);
}
for (const step of [0.1, 0.3, 0.5]) {
  for (const [where, declines] of [
    ["everywhere", () => true],
    ["at 98% of one method", ({ method, sparsity }) => method === METHODS[1] && sparsity === 0.98],
  ]) {
    const cells = DEVIATIONS.map((deviation) =>
      detection({ deviation, correlation: 0.5, step, declines, where }),
    );
    found.push([`${step} a run, ${where}`, ...cells]);
  }
  process.stderr.write(`declines of ${step} a run\n`);
}
printTable(`False alarms in 100 histories of ${RUNS} runs, tested at each`, alarms);
printTable(
  `Declines found within ${DROPS} runs, in 100 histories (runs until half of them are found)`,
  found,
);

/** In percent of the histories: those that have an alarm anywhere. */
function falseAlarms(cell) {
  const stream = randomStream(0, "history", JSON.stringify(cell));
  let count = 0;
  for (let i = 0; i < histories; i++) {
    if (firstAlarm(stream, { ...cell, runs: RUNS, drop: () => 0 }) !== undefined) count++;
  }
  return ((100 * count) / histories).toFixed(1);
}

function detection({ deviation, correlation, step, declines, where }) {
  const stream = randomStream(0, "history", JSON.stringify({ deviation, correlation, step, where }));
  const after = [];
  for (let i = 0; i < histories; i++) {
    const drop = (run, point) => (declines(point) ? step * Math.max(0, run - CALM + 1) : 0);
    const alarm = firstAlarm(stream, { deviation, correlation, runs: CALM + DROPS, from: CALM, drop });
    after.push(alarm === undefined ? Number.POSITIVE_INFINITY : alarm - CALM + 1);
  }
  const share = Math.round((100 * after.filter(Number.isFinite).length) / histories);
  const median = after.sort((a, b) => a - b)[Math.floor((histories - 1) / 2)];
  return Number.isFinite(median) ? `${share} (${median})` : String(share);
}

/** The first run, of those from `from` on, at which the test finds a decline. */
function firstAlarm(stream, { deviation, correlation, runs, from = 0, drop }) {
  const history = [];
  for (let run = 0; run < runs; run++) {
    history.push(simulateRun(stream, { deviation, correlation, run, drop }));
    if (run >= from && slowDeclines(history.slice(-WINDOW), RULE).length > 0) return run;
  }
  return undefined;
}

function simulateRun(stream, { deviation, correlation, run, drop }) {
  const shared = Array.from({ length: SEEDS }, () => Math.sqrt(correlation) * stream.normal());
  const curves = METHODS.map((method) => {
    const points = SPARSITIES.map((sparsity) => {
      const mean = level(sparsity) - drop(run, { method, sparsity });
      const correct = shared.map((part) => {
        const noise = part + Math.sqrt(1 - correlation) * stream.normal();
        const accuracy = Math.min(100, Math.max(0, mean + deviation * noise));
        return Math.round((accuracy * TEST_EXAMPLES) / 100);
      });
      const sum = correct.reduce((total, count) => total + count, 0);
      return [sparsity, (100 * sum) / (SEEDS * TEST_EXAMPLES)];
    });
    const area = areaUnderCurve(points.map(([sparsity, value]) => ({ sparsity, value })));
    return { curve: method, points, area, worst: null };
  });
  return { date: "", commit: null, restart: false, subject: { metric: "accuracy" }, curves };
}

function printTable(title, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  const header = ["", ...DEVIATIONS.map((deviation) => `deviation ${deviation}`)];
  process.stdout.write(`${title}:\n\n${line(header)}${line(header.map(() => "---"))}`);
  process.stdout.write(`${rows.map(line).join("")}\n`);
}
