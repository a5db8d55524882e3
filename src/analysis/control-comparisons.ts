import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Comparison } from "../pruning/control.ts";
import { controls } from "../pruning/controls/registry.ts";
import type { ResultRow } from "../recording/rows.ts";
import { isVariant } from "../recording/variant.ts";
import { isConstructedRow } from "./dense-control.ts";
import { adjustedTogether, type PointDifference, pairedDifference } from "./statistics/paired-difference.ts";

/** How a method differs from a control of its own, or of the study, at one sparsity. */
export interface ControlComparison extends PointDifference {
  /** As the registry has it. */
  readonly control: string;
  readonly comparison: Comparison;
}

/** Whether a row is of a control, and not of a method that is studied. */
export function isControlRow(row: ResultRow): boolean {
  return isVariant(row) || (isConstructedRow(row) && controls.find(row.method) !== undefined);
}

/**
 * Each method of a study against each of its controls, at the largest sparsity that both have and at which the method is never
 * cut through, by seeds in common; p-values allow for all methods that have the control.
 */
export function controlComparisons(rows: readonly ResultRow[], metric: Metric): ControlComparison[] {
  const found = [...groupBy(rows, (row) => row.study).values()].flatMap((study) => {
    const methods = groupBy(study, (row) => row.method);
    return [...methods.values()].flatMap((of) => {
      const [row] = of;
      if (row === undefined || !isControlRow(row)) return [];
      const name = isVariant(row) ? (row.control as string) : row.method;
      const { comparison } = controls.named(name);
      if (comparison === undefined) return [];
      const compared =
        row.control_of == null
          ? [...methods.values()].filter(([other]) => other !== undefined && isStudied(other))
          : [methods.get(row.control_of) ?? []];
      return compared.flatMap((others) => {
        const difference = atLargest(others, of, metric);
        return difference === undefined ? [] : [{ ...difference, control: name, comparison }];
      });
    });
  });
  return [...groupBy(found, ({ control }) => control).values()].flatMap((alike) => adjustedTogether(alike));
}

function isStudied(row: ResultRow): boolean {
  return !isControlRow(row) && !isConstructedRow(row);
}

function atLargest(rows: readonly ResultRow[], others: readonly ResultRow[], metric: Metric) {
  const ofOthers = groupBy(others, (row) => row.target_sparsity);
  const [largest] = [...groupBy(rows, (row) => row.target_sparsity)]
    .filter(([sparsity, of]) => sparsity > 0 && ofOthers.has(sparsity) && of.every(isAlive))
    .sort(([a], [b]) => b - a);
  if (largest === undefined) return undefined;
  const [sparsity, of] = largest;
  return pairedDifference(of, ofOthers.get(sparsity) ?? [], metric);
}

function isAlive({ status }: ResultRow): boolean {
  return status === "ok";
}
