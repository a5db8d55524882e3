import { evaluate, MissingValue } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { FormulaFault } from "./fault.ts";
import { columnOf, figuresOf } from "./names.ts";
import type { FormulaOptions } from "./options.ts";
import { parseFormula } from "./parse.ts";

/** The cells of a row by column. */
type Cells = Readonly<Record<string, unknown>>;

/** A metric of one's own with its formula taken apart. */
export interface ParsedFormula {
  readonly options: FormulaOptions;
  readonly expression: Expression;
}

/** The formulas of a config, which has been checked. */
export function parseFormulas(formulas: readonly FormulaOptions[]): ParsedFormula[] {
  return formulas.map((options) => ({ options, expression: parseFormula(options.formula) }));
}

/** Why a cell is empty after recovery. */
export interface EmptyCell {
  readonly metric: string;
  readonly reason: string;
  /** Where in the formula, from 0; undefined where a figure has no value. */
  readonly at?: number;
  /** That figure. */
  readonly missing?: string;
}

/**
 * The columns of metrics of one's own for a row of results.csv: of the dense network, after pruning and after recovery. An
 * empty cell is null; `onEmpty` is told why one after recovery is.
 */
export function formulaCells(
  row: object,
  formulas: readonly ParsedFormula[],
  onEmpty: (empty: EmptyCell) => void = () => {},
): Readonly<Record<string, number | null>> {
  const cells: Record<string, number | null> = {};
  const before: string[] = [];
  for (const { options, expression } of formulas) {
    const metric = options.name;
    const names = figuresOf(metric);
    const known = { ...row, ...cells };
    const after = computed(expression, known);
    if ("reason" in after) onEmpty({ metric, ...after });
    cells[names.baseline] = numberOf(computed(expression, denseRow(known, before)));
    cells[names.pruned] = numberOf(computed(expression, prunedRow(known, before)));
    cells[names.recovered] = numberOf(after);
    before.push(metric);
  }
  return cells;
}

type Value = { readonly value: number } | Omit<EmptyCell, "metric">;

function numberOf(value: Value): number | null {
  return "value" in value ? value.value : null;
}

function computed(expression: Expression, row: Cells): Value {
  try {
    const value = evaluate(expression, (name) => numberIn(row, columnOf(name)));
    if (value === undefined) throw new Error("a formula over a whole row has no unknown");
    return { value };
  } catch (error) {
    if (error instanceof FormulaFault) return { reason: error.message, at: error.at };
    if (error instanceof MissingValue) return { reason: error.message, missing: error.missing };
    throw error;
  }
}

function numberIn(row: Cells, column: string): number | null {
  const cell = Object.hasOwn(row, column) ? row[column] : null;
  return typeof cell === "number" && Number.isFinite(cell) ? cell : null;
}

/** A row says how its own network was trained alone. */
const OWN_TRAINING = {
  learning_rate: null,
  train_steps: null,
  train_examples: null,
  train_macs: null,
  selection_macs: null,
};

/** A row as it would be of its dense network; `before` are the metrics of one's own that it has already. */
function denseRow(row: Cells, before: readonly string[]): Cells {
  const accuracy = row.baseline_accuracy;
  return {
    ...row,
    target_sparsity: 0,
    sparsity: 0,
    model_sparsity: 0,
    effective_sparsity: row.effective_sparsity === null ? null : 0,
    nonzero_parameters: row.parameters,
    compression: 1,
    sparse_bytes: row.dense_bytes,
    macs: row.dense_macs,
    coded_bytes: row.dense_bytes,
    huffman_bytes: null,
    shrunk_parameters: row.parameters,
    shrunk_macs: row.dense_macs,
    pruned_accuracy: accuracy,
    accuracy,
    accuracy_drop: accuracy == null ? null : 0,
    pruned_loss: row.baseline_loss,
    loss: row.baseline_loss,
    ...OWN_TRAINING,
    ...Object.fromEntries(
      before.map(figuresOf).flatMap(({ baseline, pruned, recovered }) => [
        [pruned, row[baseline]],
        [recovered, row[baseline]],
      ]),
    ),
  };
}

/** A row as it is after pruning, before recovery. */
function prunedRow(row: Cells, before: readonly string[]): Cells {
  const [dense, accuracy] = [row.baseline_accuracy, row.pruned_accuracy];
  return {
    ...row,
    accuracy,
    accuracy_drop:
      typeof dense === "number" && typeof accuracy === "number" ? 100 * (dense - accuracy) : null,
    loss: row.pruned_loss,
    ...OWN_TRAINING,
    ...Object.fromEntries(before.map(figuresOf).map(({ pruned, recovered }) => [recovered, row[pruned]])),
  };
}
