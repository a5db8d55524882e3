import type { ChartData } from "../../charts/chart.ts";
import { methodLabel, withLabels } from "../../charts/labels.ts";
import { type EvaluationRows, joinEvaluation, mapEvaluation } from "../../recording/evaluation.ts";
import type { PublishedPoint } from "../../recording/published-points.ts";
import type { HistoryRow, LayerRow } from "../../recording/rows.ts";
import type { Snapshots } from "../../recording/snapshots.ts";
import { sharedMetrics } from "./own-metrics.ts";
import type { ReportedStudy } from "./reproduce.ts";

/** A study and its rows, as they were recorded. */
export interface OverlaidStudy extends ReportedStudy {
  readonly layers: readonly LayerRow[];
  readonly history: readonly HistoryRow[];
  readonly snapshots: Snapshots | undefined;
  /** Figures of papers on the same network and data. */
  readonly published?: readonly PublishedPoint[] | undefined;
  readonly evaluation?: EvaluationRows | undefined;
}

/** How a method of one of several studies is called on their page. */
export function seriesName(
  { name, manifest }: Pick<ReportedStudy, "name" | "manifest">,
  method: string,
): string {
  return `${name}: ${methodLabel(manifest?.labels, method)}`;
}

/**
 * The rows of several studies as those of one, each (study, method) a method of its own: `study: method`. The
 * names of the studies must differ. Methods and axes are called by their labels. Weights are left out then: they belong to one study's baseline. A study that
 * is `alone` on its page stays as it is.
 */
export function overlay(
  studies: readonly OverlaidStudy[],
  { alone = studies.length === 1 }: { readonly alone?: boolean } = {},
): ChartData {
  const [only] = studies;
  if (only !== undefined && alone) return withLabels({ ...only, results: only.rows }, only.manifest?.labels);
  const renamed = <Row extends { readonly study: string; readonly method: string | null }>(
    study: OverlaidStudy,
    rows: readonly Row[],
  ): Row[] =>
    rows.map((row) => ({
      ...row,
      study: study.name,
      method: row.method === null ? null : seriesName(study, row.method),
    }));
  return {
    results: studies.flatMap((study) => renamed(study, study.rows)),
    layers: studies.flatMap((study) => renamed(study, study.layers)),
    history: studies.flatMap((study) => renamed(study, study.history)),
    snapshots: undefined,
    evaluation: joinEvaluation(
      studies.flatMap((study) =>
        study.evaluation === undefined
          ? []
          : [mapEvaluation(study.evaluation, (rows) => renamed(study, rows))],
      ),
    ),
    metrics: sharedMetrics(studies),
    labels: { axes: Object.assign({}, ...studies.map(({ manifest }) => manifest?.labels?.axes)) },
  };
}
