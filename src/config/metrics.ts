import { charts } from "../charts/registry.ts";
import { quote } from "../foundations/quote.ts";
import { formulaFaults } from "../metrics/formula/check.ts";
import { functions } from "../metrics/formula/functions.ts";
import { FIGURES } from "../metrics/formula/names.ts";
import type { FormulaOptions } from "../metrics/formula/options.ts";
import { isName } from "../metrics/formula/parse.ts";
import { metrics as registered } from "../metrics/registry.ts";
import { builtInColumnNames, ownColumnNames } from "../recording/table-columns.ts";

/** What is wrong with one entry of `metrics`. */
export interface MetricFault {
  readonly index: number;
  readonly key: "name" | "formula";
  readonly message: string;
  /** Of a formula: where in its text, from 0. */
  readonly at?: number;
}

/** What is wrong with the metrics of a config, whose rows have these sparsities. */
export function metricFaults(
  metrics: readonly FormulaOptions[],
  sparsities: readonly number[],
): MetricFault[] {
  return [
    ...nameFaults(metrics),
    ...formulaFaults(metrics, sparsities).map(({ index, fault }) => ({
      index,
      key: "formula" as const,
      message: fault.message,
      at: fault.at,
    })),
  ];
}

/** A name is that of columns, of a chart's files, and a word of the formulas below it. */
function nameFaults(metrics: readonly FormulaOptions[]): MetricFault[] {
  const taken = new Map<string, string>();
  const take = (name: string, by: string) => taken.set(name.toLowerCase(), by);
  for (const column of builtInColumnNames()) take(column, "a column of the tables");
  for (const name of FIGURES) take(name, "a figure that formulas name");
  for (const name of registered.names()) take(name, "a metric already");
  for (const { name } of functions) take(name, "a function of formulas");
  for (const name of charts.names()) take(name, "a chart");
  return metrics.flatMap(({ name }, index): MetricFault[] => {
    const fault = (why: string): MetricFault[] => [
      { index, key: "name", message: `${quote(name)} cannot name a metric: ${why}.` },
    ];
    if (!isName(name)) return fault("it has a meaning of its own in formulas");
    const names = [name, ...ownColumnNames(name), chartName(name)];
    const other = names.find((own) => taken.has(own.toLowerCase()));
    if (other !== undefined) {
      const by = taken.get(other.toLowerCase());
      return fault(other === name ? `${other} is ${by}` : `${quote(other)}, which it would have, is ${by}`);
    }
    for (const own of names) take(own, `of the metric ${name}`);
    return [];
  });
}

function chartName(metric: string): string {
  return `${metric}-vs-sparsity`;
}
