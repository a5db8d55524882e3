import type { PointDifference } from "../../analysis/statistics/paired-difference.ts";
import type { SweepDifference } from "../../analysis/sweep-differences.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { drawSvg } from "../../charts/rendering/render.ts";
import { sweepDifferenceChart } from "../../charts/sweep-differences.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { differenceText, side } from "../../metrics/words.ts";
import type { Figure } from "./figure.ts";
import type { Html } from "./html.ts";
import { seriesName } from "./overlay.ts";
import { listed } from "./parts.ts";
import type { ReportedStudy } from "./reproduce.ts";
import { type Cell, type ShownMethods, sortable } from "./tables.ts";

/** A difference is told from chance below this, over all differences together. */
const ALPHA = 0.05;

/** What the method of a difference is called on the page of these sweeps. */
export function seriesOf(studies: readonly ReportedStudy[]): (difference: SweepDifference) => string {
  const byName = new Map(studies.map((study) => [study.name, study]));
  return ({ study, method }) => seriesName(byName.get(study) ?? { name: study, manifest: undefined }, method);
}

const significant = ({ pValue }: PointDifference) => pValue !== null && pValue <= ALPHA;

/** Where sweeps differ, seed by seed, as sentences: one a method of each sweep but the first. */
export function differenceSentences(
  [reference, ...others]: readonly ReportedStudy[],
  differences: readonly SweepDifference[],
  metric: Metric,
): string[] {
  if (reference === undefined) return [];
  return others.flatMap(({ name }) => {
    const of = differences.filter(({ study }) => study === name);
    const against = `${name} against ${reference.name}`;
    if (of.length === 0) {
      return [`${against}: no method, sparsity and seed in common, so no difference is paired.`];
    }
    if (of.every(({ difference }) => difference.mean === 0 && (difference.std ?? 0) === 0)) {
      return [`${against}: the same figures at every point that both have.`];
    }
    return pointSentences(against, of, metric);
  });
}

/** Where the networks of each method differ from others, at some points at least, as sentences. */
export function pointSentences(
  against: string,
  points: readonly PointDifference[],
  metric: Metric,
): string[] {
  const methods = [...groupBy(points, ({ method }) => method).values()];
  const alike = methods.filter((of) => !of.some(significant)).flat();
  return [
    ...methods.flatMap((of) => differs(against, of, metric)),
    ...(alike.length === 0 ? [] : [noneDiffers(against, alike, metric)]),
  ];
}

/** Of a method: where a difference is told from chance, and the largest of those. */
function differs(against: string, points: readonly PointDifference[], metric: Metric): string[] {
  const told = points.filter(significant);
  const most = largest(told);
  if (most === undefined) return [];
  const where =
    told.length === points.length ? "every sparsity" : listed(told.map(({ sparsity }) => percent(sparsity)));
  const peak = told.length === 1 ? "" : `, by most at ${percent(most.sparsity)}`;
  return [`${against}, ${most.method}: it differs at ${where}${peak}: ${amountOf(most, metric)}.`];
}

/** Of all methods without such a difference, in one sentence. */
function noneDiffers(against: string, points: readonly PointDifference[], metric: Metric): string {
  const methods = [...new Set(points.map(({ method }) => method))];
  const subject = methods.length > 4 ? count(methods.length, "method") : listed(methods);
  const reason = points.every(({ pValue }) => pValue === null)
    ? "one seed in common cannot tell a difference from chance"
    : "at no sparsity can a difference be told from chance";
  const most = largest(points);
  const whose = most === undefined || methods.length === 1 ? "" : ` of ${most.method}`;
  const peak =
    most === undefined
      ? ""
      : `; the largest is ${amountOf(most, metric)}, at ${percent(most.sparsity)}${whose}`;
  return `${against}, ${subject}: ${reason}${peak}.`;
}

function largest(points: readonly PointDifference[]): PointDifference | undefined {
  const size = ({ difference }: PointDifference) => Math.abs(difference.mean ?? 0);
  return points.toSorted((a, b) => size(b) - size(a))[0];
}

/** `2.6 points below (paired by 3 seeds, 95% interval -3.1 to -2.1)` */
function amountOf({ difference: { mean, ci95, n } }: PointDifference, metric: Metric): string {
  const value = mean ?? 0;
  const amount = `${differenceText(metric, Math.abs(value).toFixed(1))} ${side(metric, value < 0 ? "worse" : "better")}`;
  const interval = ci95 === null ? "" : `, 95% interval ${ci95.low.toFixed(1)} to ${ci95.high.toFixed(1)}`;
  return `${amount} (paired by ${count(n, "seed")}${interval})`;
}

/** The same as a picture; undefined without a difference. */
export async function differenceFigure(
  differences: readonly SweepDifference[],
  {
    metric,
    methods,
    series,
  }: {
    readonly metric: Metric;
    readonly methods: readonly string[];
    readonly series: (difference: SweepDifference) => string;
  },
): Promise<Figure | undefined> {
  const spec = sweepDifferenceChart(differences, { metric, series, all: methods });
  if (spec === undefined) return undefined;
  return {
    name: "sweep-differences",
    caption:
      "Runs of one seed see the same order of examples and the same initial weights where the sweeps allow it, so that their difference varies less than each of them.",
    spec,
    svg: await drawSvg(spec),
  };
}

/** And as a table. */
export function differenceTable(
  differences: readonly SweepDifference[],
  {
    metric,
    series,
    ...shown
  }: {
    readonly metric: Metric;
    readonly series: (difference: SweepDifference) => string;
  } & ShownMethods,
): Html {
  return sortable(
    `Differences from ${differences[0]?.reference ?? ""}`,
    ["Pruned", ...differenceHeadings(metric)],
    differences.map((one) => ({
      method: series(one),
      cells: [{ text: percent(one.sparsity), value: one.sparsity }, ...differenceCells(one)],
    })),
    shown,
    "heading",
  );
}

/** What differenceCells gives. */
export function differenceHeadings({ difference }: Metric): string[] {
  return [`Difference (${difference.many})`, "95% low", "95% high", "Seeds", "p"];
}

/** A difference with its interval; empty without one. */
export function differenceCells(one: PointDifference | undefined): Cell[] {
  const signed = (value: number) => `${value > 0 ? "+" : ""}${value.toFixed(2)}`;
  const cell = (value: number | null | undefined, text: (value: number) => string) =>
    value == null ? { text: "", value: "" } : { text: text(value), value };
  return [
    cell(one?.difference.mean, signed),
    cell(one?.difference.ci95?.low, signed),
    cell(one?.difference.ci95?.high, signed),
    cell(one?.difference.n, String),
    cell(one?.pValue, (p) => (p < 0.001 ? "< 0.001" : p.toFixed(3)) + (p <= ALPHA ? " *" : "")),
  ];
}
