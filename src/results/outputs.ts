import type { StudyOptions } from "../experiment/options.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { formulaMetrics } from "../metrics/formula/metric.ts";
import { asRecorded, formatCsvBytes, roundAsRecorded } from "../recording/csv.ts";
import { EVALUATION_TABLES } from "../recording/evaluation.ts";
import { PUBLISHED_FILE, type PublishedPoint } from "../recording/published-points.ts";
import type { ResultRow, SummaryRow } from "../recording/rows.ts";
import { SNAPSHOTS_FILE } from "../recording/snapshots.ts";
import { manifestOf } from "./describe.ts";
import { publishedCsv } from "./published.ts";
import type { OutputFile } from "./report/drawn-charts.ts";
import { type Drawing, type DrawnStudy, drawStudy } from "./report/files.ts";
import type { Tables } from "./tabulate.ts";

export const TIMINGS_FILE = "timings.csv";

/** The tables, by name. */
export function tableFiles(
  options: StudyOptions,
  tables: Tables,
  summary: readonly SummaryRow[],
  published: readonly PublishedPoint[] = [],
): OutputFile[] {
  const ownMetrics = namesOf(options);
  return [
    [options.output.results, formatCsvBytes("results", tables.results, ownMetrics)],
    ["summary.csv", formatCsvBytes("summary", summary, ownMetrics)],
    ["layers.csv", formatCsvBytes("layers", tables.layers)],
    ["history.csv", formatCsvBytes("history", tables.history)],
    ...(tables.learningRates.length === 0
      ? []
      : [
          ["learning-rates.csv", formatCsvBytes("learning-rates", tables.learningRates)] satisfies OutputFile,
        ]),
    ...EVALUATION_TABLES.filter((name) => tables.evaluation[name].length > 0).map(
      (name): OutputFile => [`${name}.csv`, formatCsvBytes(name, tables.evaluation[name])],
    ),
    [TIMINGS_FILE, formatCsvBytes("timings", tables.timings)],
    [SNAPSHOTS_FILE, `${JSON.stringify(tables.snapshots, null, 1)}\n`],
    ...(published.length === 0
      ? []
      : [[PUBLISHED_FILE, publishedCsv(published, recordedResults(options, tables))] satisfies OutputFile]),
  ];
}

/** As the tables hold them: `prune-lab report` then draws the same bytes. */
function recordedResults(options: StudyOptions, { results }: Tables): readonly ResultRow[] {
  return asRecorded("results", results, namesOf(options));
}

function namesOf({ metrics = [] }: StudyOptions): string[] {
  return metrics.map(({ name }) => name);
}

/** The charts and the report, by name. */
export async function chartFiles(
  study: StudyOutline,
  configText: string,
  tables: Tables,
  published: readonly PublishedPoint[],
  drawing: Drawing,
): Promise<DrawnStudy> {
  const { evaluation } = tables;
  const data = {
    results: recordedResults(study.options, tables),
    layers: roundAsRecorded("layers", [...tables.layers]),
    history: roundAsRecorded("history", [...tables.history]),
    snapshots: tables.snapshots,
    evaluation: {
      classes: asRecorded("classes", evaluation.classes),
      calibration: asRecorded("calibration", evaluation.calibration),
      corruptions: asRecorded("corruptions", evaluation.corruptions),
      weights: asRecorded("weights", evaluation.weights),
      "sweet-spots": asRecorded("sweet-spots", evaluation["sweet-spots"]),
    },
    metrics: formulaMetrics(study.options.metrics),
    published,
  };
  const { name } = study.options;
  const manifest = manifestOf(study, [], undefined);
  return drawStudy({ name, rows: data.results, metrics: data.metrics, manifest, configText }, data, drawing);
}
