import type { Rasterize } from "../charts/rendering/rasterize.ts";
import type { StudyOptions } from "../experiment/options.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { formulaMetrics } from "../metrics/formula/metric.ts";
import { asRecorded, formatCsv } from "../recording/csv.ts";
import { EVALUATION_TABLES } from "../recording/evaluation.ts";
import type { SummaryRow } from "../recording/rows.ts";
import { SNAPSHOTS_FILE } from "../recording/snapshots.ts";
import { manifestOf } from "./describe.ts";
import { drawStudy, type OutputFile } from "./report/files.ts";
import type { Tables } from "./tabulate.ts";

export const TIMINGS_FILE = "timings.csv";

/** The tables, by name. */
export function tableFiles(
  options: StudyOptions,
  tables: Tables,
  summary: readonly SummaryRow[],
): OutputFile[] {
  const ownMetrics = namesOf(options);
  return [
    [options.output.results, formatCsv("results", tables.results, ownMetrics)],
    ["summary.csv", formatCsv("summary", summary, ownMetrics)],
    ["layers.csv", formatCsv("layers", tables.layers)],
    ["history.csv", formatCsv("history", tables.history)],
    ...EVALUATION_TABLES.filter((name) => tables.evaluation[name].length > 0).map(
      (name): OutputFile => [`${name}.csv`, formatCsv(name, tables.evaluation[name])],
    ),
    [TIMINGS_FILE, formatCsv("timings", tables.timings)],
    [SNAPSHOTS_FILE, `${JSON.stringify(tables.snapshots, null, 1)}\n`],
  ];
}

function namesOf({ metrics = [] }: StudyOptions): string[] {
  return metrics.map(({ name }) => name);
}

/** The charts and the report, by name. */
export async function chartFiles(
  study: StudyOutline,
  configText: string,
  tables: Tables,
  toPng: Rasterize | undefined,
): Promise<OutputFile[]> {
  const { evaluation } = tables;
  const data = {
    // As the tables hold them: `prune-lab report` then draws the same bytes.
    results: asRecorded("results", tables.results, namesOf(study.options)),
    layers: asRecorded("layers", tables.layers),
    history: asRecorded("history", tables.history),
    snapshots: tables.snapshots,
    evaluation: {
      classes: asRecorded("classes", evaluation.classes),
      calibration: asRecorded("calibration", evaluation.calibration),
      corruptions: asRecorded("corruptions", evaluation.corruptions),
    },
    metrics: formulaMetrics(study.options.metrics),
  };
  const { name } = study.options;
  const manifest = manifestOf(study, [], undefined);
  return drawStudy({ name, rows: data.results, metrics: data.metrics, manifest, configText }, data, toPng);
}
