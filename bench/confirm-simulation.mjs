/**
 * What `prune-lab check --confirm` does to false alarms, to the drops that are caught and to the number of seeds that
 * are run: simulated sweeps of 17 sparsities that begin with 5 seeds and may grow to 20, put through the tests and the
 * rule that the command uses. Prints the table of docs/ci.md.
 *
 *   npm run build && node bench/confirm-simulation.mjs [sweeps a cell, default 1000: a few minutes]
 *
 * Accuracies are simulated as in gate-simulation.mjs: normal noise of the given deviation, rounded to a number of 1,000
 * right answers; the two runs of a seed share a part of it, the correlation. The drop is put at 95%.
 */
import { areaUnderCurve } from "../dist/analysis/curve-summaries.js";
import { smallestDetectableDrop } from "../dist/analysis/gate/detectable-drop.js";
import { testDrops } from "../dist/analysis/gate/drop-tests.js";
import { detectableWith, doubtAbout, levelAt, nextSeeds } from "../dist/analysis/gate/sequential.js";
import { scaled, scaleOf } from "../dist/analysis/statistics/seed-values.js";
import { randomStream } from "../dist/foundations/random.js";
import { metrics } from "../dist/metrics/registry.js";

const SPARSITIES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99];
const DROPPED = SPARSITIES.indexOf(0.95);
const DEVIATIONS = [0.1, 0.2, 0.5, 1, 2];
const TEST_EXAMPLES = 1000;
const FIRST = 5;
const PLAN = { alpha: 0.05, maxSeeds: 20 };
const metric = metrics.named("accuracy");
const { tolerance, coarse } = metric.difference;
const ITEMS = SPARSITIES.length + 1;

const sweeps = Number(process.argv[2] ?? 1000);
if (!Number.isInteger(sweeps) || sweeps < 1) throw new RangeError("sweeps a cell: a whole number from 1");

const rows = [];
for (const baselineSeeds of [5, 20]) {
  for (const correlation of [0, 0.5, 0.9]) {
    const cells = DEVIATIONS.map((deviation) => {
      const cell = { baselineSeeds, correlation, deviation };
      const [calm, dropped] = [simulate(cell, 0), simulate(cell, 1)];
      return `${calm.alarms.toFixed(1)}; ${Math.round(dropped.atOnce)} -> ${Math.round(dropped.alarms)}; ${calm.seeds.toFixed(0)}, ${dropped.seeds.toFixed(0)}`;
    });
    rows.push([`${baselineSeeds}, correlation ${correlation}`, ...cells]);
    process.stderr.write(`${baselineSeeds} seeds in the baseline, correlation ${correlation}\n`);
  }
}
const line = (cells) => `| ${cells.join(" | ")} |\n`;
const header = ["seeds of the baseline", ...DEVIATIONS.map((deviation) => `deviation ${deviation}`)];
process.stdout.write(line(header) + line(header.map(() => "---")) + rows.map(line).join(""));

/** Rates in percent: alarms in the end, alarms of a plain check of the first seeds; and the mean number of seeds. */
function simulate(cell, drop) {
  const stream = randomStream(0, "confirm", JSON.stringify({ ...cell, drop }));
  const sum = { alarms: 0, atOnce: 0, seeds: 0 };
  for (let i = 0; i < sweeps; i++) {
    const sweep = simulateSweep(stream, cell, drop);
    if (testDrops(samplesOf(sweep, FIRST), { alpha: PLAN.alpha, tolerance }).some(isRegression)) sum.atOnce++;
    const end = confirm(sweep);
    if (end.regression) sum.alarms++;
    sum.seeds += end.seeds;
  }
  return {
    alarms: (100 * sum.alarms) / sweeps,
    atOnce: (100 * sum.atOnce) / sweeps,
    seeds: sum.seeds / sweeps,
  };
}

function isRegression({ verdict }) {
  return verdict === "regression";
}

/** As library/confirm.ts: looks, and more seeds as long as there is doubt. */
function confirm(sweep) {
  for (let seeds = FIRST; ; ) {
    const samples = samplesOf(sweep, seeds);
    const level = levelAt(seeds, PLAN);
    const tests = testDrops(samples, { alpha: level, tolerance });
    if (tests.some(isRegression)) return { regression: true, seeds };
    const last = { level: levelAt(PLAN.maxSeeds, PLAN) / ITEMS, tolerance };
    const doubt = tests.some(({ estimate, estimates, pValue }, i) => {
      const detectable = smallestDetectableDrop(estimates, { level: level / ITEMS, tolerance });
      const testable = detectable <= coarse;
      const reachable = testable || (detectableWith(PLAN.maxSeeds, samples[i], last) ?? 0) <= coarse;
      const item = { drop: estimate.drop, pValue, testable, reachable };
      return doubtAbout(item, { alpha: PLAN.alpha, level, tolerance }) !== undefined;
    });
    const next = nextSeeds(seeds, PLAN);
    if (!doubt || next === seeds) return { regression: false, seeds };
    seeds = next;
  }
}

/** Values by seed at each sparsity and under the curve, of a baseline and of all the seeds that results may get. */
function simulateSweep(stream, { baselineSeeds, correlation, deviation }, drop) {
  const points = SPARSITIES.map((sparsity, i) => {
    const level = 97.5 - 0.05 / (1 - 0.99 * sparsity);
    const baseline = [];
    const results = [];
    for (let seed = 0; seed < PLAN.maxSeeds; seed++) {
      const shared = Math.sqrt(correlation) * stream.normal();
      const value = (mean) =>
        recorded(mean + deviation * (shared + Math.sqrt(1 - correlation) * stream.normal()));
      if (seed < baselineSeeds) baseline.push(value(level));
      results.push(value(level - (i === DROPPED ? drop : 0)));
    }
    return { baseline, results };
  });
  const areas = (side) =>
    points[0][side].map((_, seed) =>
      areaUnderCurve(points.map((point, i) => ({ sparsity: SPARSITIES[i], value: point[side][seed] }))),
    );
  return [...points, { baseline: areas("baseline"), results: areas("results") }];
}

function recorded(accuracy) {
  return (Math.round((Math.min(100, Math.max(0, accuracy)) * TEST_EXAMPLES) / 100) * 100) / TEST_EXAMPLES;
}

/** To test: the results' first so many seeds against the whole baseline. */
function samplesOf(sweep, seeds) {
  return sweep.map(({ baseline, results }) => {
    const before = new Map(baseline.entries());
    const now = new Map(results.slice(0, seeds).entries());
    const scale = scaleOf(metric, before);
    return {
      scale,
      baseline: scaled(before, scale),
      results: scaled(now, scale),
      testExamples: TEST_EXAMPLES,
      paired: true,
    };
  });
}
