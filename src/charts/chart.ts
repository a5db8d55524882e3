import type { TopLevelSpec } from "vega-lite";
import type { Labels } from "../experiment/options.ts";
import type { Entry } from "../foundations/registry.ts";
import type { Metric } from "../metrics/metric.ts";
import type { EvaluationRows } from "../recording/evaluation.ts";
import type { PublishedPoint } from "../recording/published-points.ts";
import type { HistoryRow, LayerRow, ResultRow } from "../recording/rows.ts";
import type { Snapshots } from "../recording/snapshots.ts";
import type { Frame } from "./parts/frame.ts";

/** What the charts of a study are drawn from. */
export interface ChartData {
  readonly results: readonly ResultRow[];
  readonly layers: readonly LayerRow[];
  readonly history: readonly HistoryRow[];
  /** Undefined when there are only tables. */
  readonly snapshots: Snapshots | undefined;
  /** The tables of `evaluate`; absent when there is only a table of results. */
  readonly evaluation?: EvaluationRows | undefined;
  /** Metrics of the user's own: the rows have their columns. None of them is the primary metric. */
  readonly metrics?: readonly Metric[] | undefined;
  /** Figures of papers on the same network and data. */
  readonly published?: readonly PublishedPoint[] | undefined;
  /** Titles for axes. The methods of the rows bear their labels already. */
  readonly labels?: Labels | undefined;
}

/** A chart. Its name is that of its files; its summary says in docs/results.md what it shows. */
export interface Chart extends Entry {
  /** How to read it, in a sentence or two: below it in the report. It may depend on what the study measures. */
  readonly caption: string | ((metric: Metric) => string);
  /** What it shows, where that is not the metric that the study is judged by. */
  readonly metric?: Metric;
  /** `heat`: its colors stand for values, and the report leaves them as they are in dark mode. */
  readonly colors?: "heat";
  /** Of more sparsities it draws a selection, and says so: where each has a panel or a column. */
  readonly mostSparsities?: number;
  /** Undefined for a study that has no data for it. A chart that leaves the frame aside is shrunk to it. */
  readonly draw: (data: ChartData, frame?: Frame) => TopLevelSpec | undefined;
}

/** The caption for a study that is judged by this metric. */
export function captionOf({ caption }: Chart, metric: Metric): string {
  return typeof caption === "function" ? caption(metric) : caption;
}
