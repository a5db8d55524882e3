import type { Labels } from "../experiment/options.ts";
import { metrics } from "../metrics/registry.ts";
import { mapEvaluation } from "../recording/evaluation.ts";
import type { ChartData } from "./chart.ts";

/** The axes that a label can name, and what each shows. */
export function chartAxes(): { readonly name: string; readonly what: string }[] {
  return [
    { name: "sparsity", what: "the weights pruned" },
    ...metrics.names().map((name) => ({ name, what: `the ${metrics.named(name).noun}` })),
    { name: "size", what: "the size of the network" },
    { name: "macs", what: "the multiply-accumulates" },
    { name: "epoch", what: "the epochs" },
  ];
}

/** The title of an axis: its label, or what it is called without one. */
export function axisTitle(labels: Labels | undefined, axis: string, otherwise: string): string {
  const axes = labels?.axes ?? {};
  return (Object.hasOwn(axes, axis) ? axes[axis] : undefined) ?? otherwise;
}

/** What a method is called: its label, or its name. */
export function methodLabel(labels: Labels | undefined, method: string): string {
  const methods = labels?.methods ?? {};
  return (Object.hasOwn(methods, method) ? methods[method] : undefined) ?? method;
}

/** The data with the label of each method in place of its name, which is what charts and report then draw. */
export function withLabels(data: ChartData, labels: Labels | undefined): ChartData {
  if (labels === undefined) return data;
  const renamed = <Row extends { readonly method: string | null }>(rows: readonly Row[]): Row[] =>
    rows.map((row) => ({ ...row, method: row.method === null ? null : methodLabel(labels, row.method) }));
  const { snapshots } = data;
  return {
    ...data,
    results: renamed(data.results),
    layers: renamed(data.layers),
    history: renamed(data.history),
    snapshots: snapshots && { ...snapshots, points: renamed(snapshots.points) },
    evaluation: data.evaluation && mapEvaluation(data.evaluation, renamed),
    labels,
  };
}
