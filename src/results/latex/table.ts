import { type MeasuredPoint, measuredPoints } from "../../analysis/measured-points.ts";
import type { ChartData } from "../../charts/chart.ts";
import { axisTitle } from "../../charts/labels.ts";
import { curvesOf } from "../../charts/parts/curve.ts";
import { basis, recoveryNoun, subject } from "../../charts/parts/titles.ts";
import { greatestOf } from "../../foundations/extremes.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { packageVersion } from "../../foundations/paths.ts";
import type { Metric } from "../../metrics/metric.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { columnHeading, isLopsided, measured } from "../../metrics/words.ts";
import { escapeLatex } from "./escape.ts";
import { latexFigure } from "./figures.ts";

/** From so many test examples on, a mean of one seed is shown with all digits of its metric. */
const LARGE_TEST_SET = 5000;

export interface LatexOptions {
  /** What has a column each; the other has the rows. */
  readonly columns: "methods" | "sparsities";
  /** One of the user's own; undefined for the metric that the results are judged by. */
  readonly metric?: Metric | undefined;
  /** LaTeX, taken as it is; undefined for a sentence that says what the figures are. */
  readonly caption: string | undefined;
  /** For \ref. */
  readonly label: string;
}

interface Line {
  readonly heading: string;
  readonly cells: readonly string[];
}

/**
 * The primary metric, or another one, after recovery as a LaTeX table for the booktabs package: each method by each sparsity, the mean
 * over the seeds with half the width of its 95% interval, or its ends. All text is escaped; a caption that is given is not. The same
 * rows give the same bytes.
 */
export function latexTable(
  { results, labels }: Pick<ChartData, "results" | "labels">,
  options: LatexOptions,
): string {
  const metric = options.metric ?? primaryMetric(results);
  const points = measuredPoints(results, metric);
  const methods = [...groupBy(points, ({ method }) => method).keys()];
  const sparsities = [...new Set(points.map(({ sparsity }) => sparsity))].sort((a, b) => a - b);
  const digits = greatestOf(results.map((row) => row.test_examples)) >= LARGE_TEST_SET ? "fine" : "coarse";
  const cell = (method: string, sparsity: number) => {
    const point = points.find((p) => p.method === method && p.sparsity === sparsity);
    return point === undefined ? "" : cellText(point, metric, digits);
  };
  const percents = sparsities.map((sparsity) => `$${Number((100 * sparsity).toPrecision(6))}$`);
  const names = methods.map(escapeLatex);
  const pruned = escapeLatex(axisTitle(labels, "sparsity", "Sparsity (%)"));

  const lines: Line[] =
    options.columns === "methods"
      ? sparsities.map((sparsity, i) => ({
          heading: percents[i] ?? "",
          cells: methods.map((method) => cell(method, sparsity)),
        }))
      : methods.map((method, i) => ({
          heading: names[i] ?? "",
          cells: sparsities.map((sparsity) => cell(method, sparsity)),
        }));
  const across = options.columns === "methods" ? names : percents;
  const head =
    options.columns === "methods"
      ? [row([pruned, ...across])]
      : [
          row(["", `\\multicolumn{${across.length}}{c}{${pruned}}`]),
          `\\cmidrule(l){2-${across.length + 1}}`,
          row(["Method", ...across]),
        ];
  return [
    `% Written by prune-lab ${packageVersion()}. Needs \\usepackage{booktabs}.`,
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${options.caption ?? captionText(results, points, metric, labels, options.metric)}}`,
    `  \\label{${options.label}}`,
    `  \\begin{tabular}{${options.columns === "methods" ? "r" : "l"}${"r".repeat(across.length)}}`,
    "    \\toprule",
    ...head.map((line) => `    ${line}`),
    "    \\midrule",
    ...lines.map(({ heading, cells }) => `    ${row([heading, ...cells])}`),
    "    \\bottomrule",
    "  \\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `${cells.join(" & ")} \\\\`;
}

function cellText(point: MeasuredPoint, metric: Metric, digits: "coarse" | "fine"): string {
  const figure = latexFigure(metric, point.recovered, digits);
  if (figure === null) return "--";
  return point.collapsed > 0 ? `${figure}\\rlap{$^{*}$}` : figure;
}

/** What the figures are, and what they stand on. */
function captionText(
  results: ChartData["results"],
  points: readonly MeasuredPoint[],
  metric: Metric,
  labels: ChartData["labels"],
  own: Metric | undefined,
): string {
  const curves = curvesOf(results, own);
  const baseline = curves?.baseline ?? null;
  const lopsided = points.some(
    ({ recovered: { mean, ci95 } }) => mean !== null && ci95 !== null && isLopsided(mean, ci95),
  );
  const recovers = results.some(({ recovery }) => recovery !== "none");
  const title = axisTitle(labels, metric.name, columnHeading(curves?.title ?? `Test ${metric.noun}`, metric));
  const sentences = [
    `${title} of ${subject(results)}${recovers ? ` after ${recoveryNoun(results)}` : " after pruning"}`,
    ...basis(results, { bands: false, crosses: false }),
    ...(points.some(({ recovered }) => recovered.ci95 !== null)
      ? [
          `±: half the width of the 95% confidence interval${lopsided ? "; [low, high]: its ends, where it is lopsided" : ""}`,
        ]
      : []),
    ...(baseline === null ? [] : [`Dense baseline: ${measured(metric, baseline)}`]),
    ...(points.some(({ collapsed }) => collapsed > 0)
      ? ["*: no path from the inputs to the outputs is left, in at least one seed"]
      : []),
  ];
  return escapeLatex(`${sentences.join(". ")}.`);
}
