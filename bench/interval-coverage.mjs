/**
 * How often the 95% intervals of accuracies hold the truth: simulated seeds, put through the interval that tables and
 * charts show, beside Student's t interval on the plain scale. Prints the tables of docs/results.md.
 *
 *   npm run build && node bench/interval-coverage.mjs [samples a cell, default 20000: a minute]
 *
 * The accuracy of a seed is drawn from a beta distribution of the given mean and deviation, and rounded to a number of
 * right answers.
 */
import { meanInterval } from "../dist/analysis/statistics/mean-interval.js";
import { metricInterval } from "../dist/analysis/statistics/metric-interval.js";
import { testSetInterval } from "../dist/analysis/statistics/test-set-interval.js";
import { randomStream } from "../dist/foundations/random.js";
import { metrics } from "../dist/metrics/registry.js";

/** Mean accuracies, each with a deviation between seeds as of networks that train well, and as of ones that do not. */
const ACCURACIES = [
  { mean: 0.5, deviations: [0.02, 0.1] },
  { mean: 0.9, deviations: [0.01, 0.05] },
  { mean: 0.98, deviations: [0.002, 0.01] },
  { mean: 0.999, deviations: [0.0003, 0.001] },
];
const SEEDS = [2, 3, 5, 10];
const TEST_SETS = [1000, 10_000];

const accuracy = metrics.named("accuracy");
const samples = Number(process.argv[2] ?? 20_000);
if (!Number.isInteger(samples) || samples < 1) throw new RangeError("samples a cell: a whole number from 1");

for (const testExamples of TEST_SETS) {
  const rows = ACCURACIES.flatMap(({ mean, deviations }) =>
    deviations.map((deviation) => [
      percent(mean),
      (100 * deviation).toFixed(2),
      ...SEEDS.map((seeds) => cell({ mean, deviation, seeds, testExamples })),
    ]),
  );
  printTable(
    `Of 100 intervals, those that hold the true mean: the one shown (Student's t on the plain scale), ${testExamples.toLocaleString("en-US")} test examples`,
    ["accuracy", "deviation", ...SEEDS.map((seeds) => `${seeds} seeds`)],
    rows,
  );
}
printTable(
  "One seed: of 100 intervals of the test set alone, those that hold the true accuracy: Wilson's (the normal approximation)",
  ["accuracy", ...TEST_SETS.map((examples) => `${examples.toLocaleString("en-US")} examples`)],
  ACCURACIES.map(({ mean }) => [percent(mean), ...TEST_SETS.map((examples) => single(mean, examples))]),
);

function cell({ mean, deviation, seeds, testExamples }) {
  const stream = randomStream(0, "coverage", JSON.stringify([mean, deviation, seeds, testExamples]));
  let shown = 0;
  let plain = 0;
  for (let sample = 0; sample < samples; sample++) {
    const values = Array.from(
      { length: seeds },
      () => Math.round(beta(stream, mean, deviation) * testExamples) / testExamples,
    );
    if (holds(metricInterval(accuracy, values, testExamples).ci95, mean)) shown++;
    if (holds(meanInterval(values).ci95, mean)) plain++;
  }
  return `${rate(shown)} (${rate(plain)})`;
}

function single(mean, examples) {
  const stream = randomStream(0, "coverage", JSON.stringify([mean, examples]));
  const count = Math.min(samples, 2000);
  let wilson = 0;
  let wald = 0;
  for (let sample = 0; sample < count; sample++) {
    let right = 0;
    for (let i = 0; i < examples; i++) if (stream.uniform() < mean) right++;
    const value = right / examples;
    const half = 1.959964 * Math.sqrt(accuracy.testSet.variance(value, examples));
    if (holds(testSetInterval(accuracy, value, examples), mean)) wilson++;
    if (holds({ low: value - half, high: value + half }, mean)) wald++;
  }
  return `${((100 * wilson) / count).toFixed(1)} (${((100 * wald) / count).toFixed(1)})`;
}

/** By two gamma variables. */
function beta(stream, mean, deviation) {
  const size = (mean * (1 - mean)) / deviation ** 2 - 1;
  const [a, b] = [gamma(stream, mean * size), gamma(stream, (1 - mean) * size)];
  return a / (a + b);
}

/** Marsaglia and Tsang 2000, "A simple method for generating gamma variables". */
function gamma(stream, shape) {
  if (shape < 1) return gamma(stream, shape + 1) * (1 - stream.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - stream.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function holds({ low, high }, truth) {
  return low <= truth && truth <= high;
}

function rate(count) {
  return ((100 * count) / samples).toFixed(1);
}

function percent(fraction) {
  return `${Number((100 * fraction).toFixed(4))}%`;
}

function printTable(title, header, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  process.stdout.write(`${title}:\n\n${line(header)}${line(header.map(() => "---"))}`);
  process.stdout.write(`${rows.map(line).join("")}\n`);
}
