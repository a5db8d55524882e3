/**
 * How often `prune-lab check` raises a false alarm, and which drops it catches: simulated sweeps of 17 sparsities,
 * put through the tests that the command uses. Prints the tables of docs/ci.md.
 *
 *   npm run build && node bench/gate-simulation.mjs [--task regression|formulas] [--only TEXT] [sweeps a cell, default
 *   1000: a few minutes]
 *
 * The accuracy of a seed is the curve's plus normal noise of the given deviation, rounded to a number of right
 * answers. The loss of a seed is the curve's times 1 plus such noise, in percent, rounded to 6 decimals. In pairs, the
 * two runs of a seed share a part of the noise: their correlation. Where pairs are identical, a part of the seeds has
 * the very values of the baseline at a point. `--only` simulates the designs whose names hold the text.
 *
 * The task `formulas` is the regression with two metrics of its loss: a score between 0 and 1, with the tolerance that it has
 * by its bounds, and a cost that has neither bounds nor a tolerance. All three are tested as one family.
 */
import { parseArgs } from "node:util";
import { areaUnderCurve } from "../dist/analysis/curve-summaries.js";
import { smallestDetectableDrop } from "../dist/analysis/gate/detectable-drop.js";
import { testDrops } from "../dist/analysis/gate/drop-tests.js";
import { scaled, scaleOf } from "../dist/analysis/statistics/seed-values.js";
import { randomStream } from "../dist/foundations/random.js";
import { formulaMetrics } from "../dist/metrics/formula/metric.js";
import { metrics } from "../dist/metrics/registry.js";
import { differenceText } from "../dist/metrics/words.js";

const SPARSITIES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99];
const [score, cost] = formulaMetrics([
  {
    name: "score",
    formula: "(1 - 4 * mse)^1.5 * sparsity^0.5",
    better: "higher",
    bounds: [0, 1],
    digits: null,
  },
  {
    name: "cost",
    formula: "mse * (1 - 0.99 * sparsity)",
    better: "lower",
    bounds: [null, null],
    digits: null,
  },
]);
const REGRESSION = {
  metric: metrics.named("loss"),
  curve: (sparsity) => 0.05 * (1 + 0.01 / (1 - 0.99 * sparsity)),
  deviations: [1, 2, 5, 10],
  drop: 5,
  recorded: (level, noise) => Number((level * Math.max(0, 1 + noise / 100)).toFixed(6)),
};
/** What is simulated of each task, curves flat, then worse, as a pruned network's; a sample in shown values. */
const TASKS = {
  classification: {
    metric: metrics.named("accuracy"),
    curve: (sparsity) => 97.5 - 0.05 / (1 - 0.99 * sparsity),
    deviations: [0.1, 0.2, 0.5, 1],
    drop: 1,
    recorded: (level, noise, testExamples) =>
      (Math.round((Math.min(100, Math.max(0, level + noise)) * testExamples) / 100) * 100) / testExamples,
  },
  regression: REGRESSION,
  formulas: {
    ...REGRESSION,
    formulas: [
      { metric: score, of: (loss, sparsity) => Math.max(0, 1 - 4 * loss) ** 1.5 * sparsity ** 0.5 },
      { metric: cost, of: (loss, sparsity) => loss * (1 - 0.99 * sparsity) },
    ],
  },
};
const { values: flags, positionals } = parseArgs({
  options: { task: { type: "string", default: "classification" }, only: { type: "string", default: "" } },
  allowPositionals: true,
});
const task = TASKS[flags.task];
if (task === undefined) throw new RangeError(`--task: one of ${Object.keys(TASKS).join(", ")}`);
const { metric, deviations: DEVIATIONS } = task;
const CURVE = SPARSITIES.map(task.curve);
/** Where the drop is put: at 95%. */
const DROPPED = 13;
const FORMULAS = task.formulas ?? [];
/** A curve's points and its area, by each metric. */
const TOLERANCES = [metric, ...FORMULAS.map((formula) => formula.metric)].flatMap(({ difference }) =>
  new Array(SPARSITIES.length + 1).fill(difference.tolerance),
);
const RULE = { alpha: 0.05, tolerance: TOLERANCES };
const LEVEL = RULE.alpha / TOLERANCES.length;

const DESIGNS = [
  { name: "pairs, correlation 0", paired: true, correlation: 0 },
  { name: "pairs, correlation .5", paired: true, correlation: 0.5 },
  { name: "pairs, correlation .9", paired: true, correlation: 0.9 },
  { name: "other seeds, as many", paired: false, correlation: 0 },
  { name: "other seeds, 20 in the baseline", paired: false, correlation: 0, baselineSeeds: 20 },
  { name: "among 20 shared seeds, correlation 0", paired: true, correlation: 0, baselineSeeds: 20 },
  { name: "among 20 shared seeds, correlation .9", paired: true, correlation: 0.9, baselineSeeds: 20 },
  { name: "half of the seeds shared, correlation .5", paired: true, correlation: 0.5, shared: 0.5 },
  {
    name: "among 20, half of the pairs identical",
    paired: true,
    correlation: 0,
    baselineSeeds: 20,
    identical: 0.5,
  },
  {
    name: "among 20, nine in ten identical",
    paired: true,
    correlation: 0,
    baselineSeeds: 20,
    identical: 0.9,
  },
].filter(({ name }) => name.includes(flags.only));
const SEEDS = [1, 2, 3, 5, 10];
const TEST_SETS = [1000, 10_000];

const sweeps = Number(positionals[0] ?? 1000);
if (!Number.isInteger(sweeps) || sweeps < 1) throw new RangeError("sweeps a cell: a whole number from 1");

const tables = { alarms: [], caught: [], printed: [] };
for (const design of DESIGNS) {
  for (const seeds of SEEDS) {
    const cells = DEVIATIONS.map((deviation) =>
      TEST_SETS.map((testExamples) => simulate({ ...design, seeds, deviation, testExamples })),
    );
    const row = (text) => [design.name, seeds, ...cells.map((sets) => sets.map(text).join(" / "))];
    // Both test sets count together, for a smaller error.
    const rate = (sets) => Math.round(sets.reduce((sum, { alarms }) => sum + alarms, 0) / sets.length);
    tables.alarms.push([design.name, seeds, ...cells.map(rate)]);
    tables.caught.push(row(({ caught }) => Math.round(caught)));
    tables.printed.push(row(({ printed, truth }) => `${printed.toFixed(1)} (${Math.round(truth)})`));
    process.stderr.write(`${design.name}, ${seeds} seeds\n`);
  }
}
printTable("False alarms in 100 sweeps", tables.alarms);
printTable(
  `A ${metric.difference.name} of ${differenceText(metric, task.drop)} at one sparsity, caught in 100 sweeps, test sets of 1,000 / 10,000`,
  tables.caught,
);
printTable(
  `Smallest detectable ${metric.difference.name} as printed, in ${metric.difference.many} (a ${metric.difference.name} of that size, caught in 100)`,
  tables.printed,
);

function simulate(cell) {
  const stream = randomStream(0, "gate", JSON.stringify(cell));
  let alarms = 0;
  let caught = 0;
  let printed = 0;
  let printedSweeps = 0;
  const samplesOfSweeps = [];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const samples = simulateSweep(stream, cell);
    samplesOfSweeps.push(samples);
    const tests = testDrops(samples, RULE);
    if (tests.some(({ verdict }) => verdict === "regression")) alarms++;
    if (isCaught(samples, task.drop)) caught++;
    // An identical point shows nothing that could be detected.
    if (tests[DROPPED].verdict === "identical") continue;
    const detectable = smallestDetectableDrop(tests[DROPPED].estimates, {
      level: LEVEL,
      tolerance: metric.difference.tolerance,
    });
    // Where it would be more than there is to lose, none is printed.
    if (detectable === null) continue;
    printedSweeps++;
    printed += detectable;
  }
  printed /= Math.max(1, printedSweeps);
  const truth = samplesOfSweeps.filter((samples) => isCaught(samples, printed)).length;
  const percent = (count) => (100 * count) / sweeps;
  return { alarms: percent(alarms), caught: percent(caught), printed, truth: percent(truth) };
}

/** A baseline and a result that do not differ, as samples to test: each sparsity, and the area under the curve. */
function simulateSweep(
  stream,
  { seeds, baselineSeeds = seeds, deviation, testExamples, paired, correlation, shared = 1, identical = 0 },
) {
  const common = paired ? Math.ceil(shared * seeds) : 0;
  const sides = CURVE.map((level) => {
    const baseline = new Map();
    const results = new Map();
    for (let seed = 0; seed < Math.max(seeds, baselineSeeds); seed++) {
      const part = Math.sqrt(correlation) * stream.normal();
      const value = () =>
        task.recorded(level, deviation * (part + Math.sqrt(1 - correlation) * stream.normal()), testExamples);
      if (seed < baselineSeeds) baseline.set(seed, value());
      if (seed >= seeds) continue;
      const same = identical > 0 && seed < common && stream.uniform() < identical;
      results.set(seed < common ? seed : 1000 + seed, same ? baseline.get(seed) : value());
    }
    const isSame = identical > 0 && [...results].every(([seed, value]) => baseline.get(seed) === value);
    return { shown: { baseline, results }, isSame };
  });
  const shown = sides.map((side) => side.shown);
  const same = [...sides.map(({ isSame }) => isSame), sides.every(({ isSame }) => isSame)];
  const curves = [
    { metric, points: shown },
    ...FORMULAS.map((formula) => ({ metric: formula.metric, points: shown.map(valuesOf(formula)) })),
  ];
  return curves.flatMap(({ metric, points }) =>
    [...points, areaUnder(points)].map(({ baseline, results }, i) => {
      const scale = scaleOf(metric, baseline);
      return {
        scale,
        baseline: scaled(baseline, scale),
        results: scaled(results, scale),
        testExamples,
        paired,
        identical: same[i],
      };
    }),
  );
}

/** A formula of the values of one point, on both sides. */
function valuesOf({ of }) {
  return ({ baseline, results }, i) => {
    const side = (values) => new Map([...values].map(([seed, value]) => [seed, of(value, SPARSITIES[i])]));
    return { baseline: side(baseline), results: side(results) };
  };
}

function areaUnder(points) {
  const areas = (side) =>
    new Map(
      [...points[0][side].keys()].map((seed) => [
        seed,
        areaUnderCurve(points.map((point, i) => ({ sparsity: SPARSITIES[i], value: point[side].get(seed) }))),
      ]),
    );
  return { baseline: areas("baseline"), results: areas("results") };
}

/** Whether the check finds a drop of so much at one sparsity. The area is left as it was. */
function isCaught(samples, drop) {
  const dropped = samples.map((sample, i) =>
    i === DROPPED
      ? {
          ...sample,
          identical: false,
          results: new Map([...sample.results].map(([seed, value]) => [seed, value - drop])),
        }
      : sample,
  );
  return testDrops(dropped, RULE)[DROPPED].verdict === "regression";
}

function printTable(title, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  const header = ["design", "seeds", ...DEVIATIONS.map((deviation) => `deviation ${deviation}`)];
  process.stdout.write(`${title}:\n\n${line(header)}${line(header.map(() => "---"))}`);
  process.stdout.write(`${rows.map(line).join("")}\n`);
}
