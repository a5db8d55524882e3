import type { Metric } from "../../metrics/metric.ts";
import type { RecordedResults } from "../../recording/results-reader.ts";

/** Metrics of the user's own that can be compared, as the results say what they are, and what is said of the others. */
export interface OwnMetrics {
  readonly metrics: readonly Metric[];
  readonly notes: readonly string[];
}

/**
 * The metrics that both sides have with the same formula: figures of two formulas are two measures. Those of a bare table,
 * which does not say what its columns are, are left out too.
 */
export function ownMetricsOf(baseline: RecordedResults, results: RecordedResults): OwnMetrics {
  const before = new Map(baseline.metrics.map((metric) => [metric.name, metric]));
  const metrics = results.metrics.filter(
    ({ name, definition }) => before.get(name)?.definition === definition,
  );
  const lacking = (side: RecordedResults, other: RecordedResults) =>
    other.metrics
      .filter(
        ({ name }) => ![...side.metrics.map((metric) => metric.name), ...side.unexplained].includes(name),
      )
      .map(({ name }) => `Not compared: ${name}, which ${side.path} does not have.`);
  const changed = results.metrics.flatMap(({ name, definition }) => {
    const other = before.get(name)?.definition;
    return other === undefined || other === definition
      ? []
      : [`Not compared: ${name}, since its formula differs: ${other} in the baseline, ${definition} now.`];
  });
  return { metrics, notes: [...changed, ...lacking(baseline, results), ...lacking(results, baseline)] };
}
