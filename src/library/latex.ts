import type { ChartData } from "../charts/chart.ts";
import { writeFileAtomic } from "../foundations/atomic-file.ts";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import type { Metric } from "../metrics/metric.ts";
import { explainWriteError } from "../recording/write-error.ts";
import { latexTable } from "../results/latex/table.ts";
import { overlay } from "../results/report/overlay.ts";
import { readStudies } from "./report.ts";

export interface LatexTableOptions {
  /** The file to write besides. */
  readonly out?: string | undefined;
  /** What has a column each (default: methods). */
  readonly columns?: "methods" | "sparsities" | undefined;
  /** A metric of the config's own (default: the one that the results are judged by). */
  readonly metric?: string | undefined;
  /** LaTeX, taken as it is (default: a sentence that says what the figures are). */
  readonly caption?: string | undefined;
  /** For \ref (default: `tab:` and the name of the study). */
  readonly label?: string | undefined;
}

/**
 * The table of recorded results for a paper, as LaTeX for the booktabs package: folders of sweeps, or results tables
 * (.csv); of several, each method of each sweep. Methods and axes are called by the config's `labels`.
 *
 * Throws a PruneLabError of kind `input` for results that cannot be read, for a label that LaTeX cannot refer to, and for a metric
 * that they do not have.
 */
export async function latex(results: readonly string[], options: LatexTableOptions = {}): Promise<string> {
  const { out, columns = "methods", metric, caption } = options;
  const studies = await readStudies(results);
  const names = studies.map(({ name }) => name);
  const label = options.label ?? `tab:${[...names, ...(metric === undefined ? [] : [metric])].join("-")}`;
  if (options.label !== undefined && !/^[^\s\\{}%#~^&$]+$/.test(label)) {
    throw inputError(`--label: '${label}' cannot be referred to: no spaces, and none of \\ { } % # ~ ^ & $.`);
  }
  const data = overlay(studies);
  const table = latexTable(data, {
    columns,
    metric: metric === undefined ? undefined : namedMetric(metric, data),
    caption,
    label: label.replaceAll(/[\s\\{}%#~^&$]+/g, "-"),
  });
  if (out !== undefined) {
    await writeFileAtomic(out, table).catch((error) => {
      throw explainWriteError(error, out);
    });
  }
  return table;
}

function namedMetric(name: string, { metrics = [] }: ChartData): Metric {
  const found = metrics.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  const names = metrics.map((metric) => metric.name);
  throw inputError(
    names.length === 0
      ? `--metric: these results have no metric of their own, and so no ${quote(name)}.`
      : `--metric: ${quote(name)} is none of these results.${didYouMean(name, names)} Their own metrics: ${names.join(", ")}.`,
  );
}
