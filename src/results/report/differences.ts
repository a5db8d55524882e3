import { groupBy } from "../../analysis/group-by.ts";
import type { SweepDifference } from "../../analysis/sweep-differences.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { drawSvg } from "../../charts/rendering/render.ts";
import { sweepDifferenceChart } from "../../charts/sweep-differences.ts";
import type { Metric } from "../../metrics/metric.ts";
import { differenceText, side } from "../../metrics/words.ts";
import type { Figure } from "./figure.ts";
import type { Html } from "./html.ts";
import { seriesName } from "./overlay.ts";
import { listed } from "./parts.ts";
import type { ReportedStudy } from "./reproduce.ts";
import { type ShownMethods, sortable } from "./tables.ts";

/** A difference is told from chance below this, over all differences together. */
const ALPHA = 0.05;

/** What the method of a difference is called on the page of these sweeps. */
export function seriesOf(studies: readonly ReportedStudy[]): (difference: SweepDifference) => string {
  const byName = new Map(studies.map((study) => [study.name, study]));
  return ({ study, method }) => seriesName(byName.get(study) ?? { name: study, manifest: undefined }, method);
}

const significant = ({ pValue }: SweepDifference) => pValue !== null && pValue <= ALPHA;

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
    return [...groupBy(of, ({ method }) => method)].map(([method, points]) =>
      sentence(`${against}, ${method}`, points, metric),
    );
  });
}

function sentence(subject: string, points: readonly SweepDifference[], metric: Metric): string {
  const size = ({ difference }: SweepDifference) => Math.abs(difference.mean ?? 0);
  const told = points.filter(significant);
  const [most] = (told.length > 0 ? told : points).toSorted((a, b) => size(b) - size(a));
  if (most === undefined) return `${subject}: no difference is paired.`;
  const { mean, ci95, n } = most.difference;
  const amount = `${differenceText(metric, size(most).toFixed(1))} ${side(metric, (mean ?? 0) < 0 ? "worse" : "better")}`;
  const interval = ci95 === null ? "" : `, 95% interval ${ci95.low.toFixed(1)} to ${ci95.high.toFixed(1)}`;
  const pairs = `paired by ${count(n, "seed")}`;
  if (told.length === 0) {
    const reason = points.every(({ pValue }) => pValue === null)
      ? "one seed in common cannot tell a difference from chance"
      : "at no sparsity can a difference be told from chance";
    return `${subject}: ${reason}; the largest is ${amount} at ${percent(most.sparsity)} (${pairs}${interval}).`;
  }
  const where =
    told.length === points.length ? "every sparsity" : listed(told.map(({ sparsity }) => percent(sparsity)));
  const peak = told.length === 1 ? "" : `, by most at ${percent(most.sparsity)}`;
  return `${subject}: it differs at ${where}${peak}: ${amount} (${pairs}${interval}).`;
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
  const signed = (value: number) => `${value > 0 ? "+" : ""}${value.toFixed(2)}`;
  const cell = (value: number | null | undefined, text: (value: number) => string) =>
    value == null ? { text: "", value: "" } : { text: text(value), value };
  return sortable(
    `Differences from ${differences[0]?.reference ?? ""}`,
    ["Pruned", `Difference (${metric.difference.many})`, "95% low", "95% high", "Seeds", "p"],
    differences.map((one) => ({
      method: series(one),
      cells: [
        { text: percent(one.sparsity), value: one.sparsity },
        cell(one.difference.mean, signed),
        cell(one.difference.ci95?.low, signed),
        cell(one.difference.ci95?.high, signed),
        cell(one.difference.n, String),
        cell(one.pValue, (p) => (p < 0.001 ? "< 0.001" : p.toFixed(3)) + (p <= ALPHA ? " *" : "")),
      ],
    })),
    shown,
    "heading",
  );
}
