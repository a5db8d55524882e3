import { excerpt, quote } from "../../foundations/quote.ts";
import { didYouMean } from "../../foundations/suggest.ts";
import { type Expression, namesIn } from "./expression.ts";
import { FormulaFault } from "./fault.ts";
import { functions } from "./functions.ts";

/** The figures that a formula can name: the columns of numbers that results.csv has or may have, and `mse`. */
export const FIGURES: readonly string[] = [
  "accuracy",
  "loss",
  "mse",
  "accuracy_drop",
  "sparsity",
  "target_sparsity",
  "model_sparsity",
  "effective_sparsity",
  "parameters",
  "nonzero_parameters",
  "compression",
  "dense_bytes",
  "sparse_bytes",
  "dense_macs",
  "macs",
  "test_examples",
  "learning_rate",
  "train_steps",
  "train_examples",
  "train_macs",
  "selection_macs",
  "baseline_accuracy",
  "baseline_loss",
  "pruned_accuracy",
  "pruned_loss",
  "coded_bytes",
  "huffman_bytes",
  "ece",
  "baseline_ece",
  "pruned_ece",
  "shrunk_parameters",
  "shrunk_macs",
];

/** The column that a figure is read from. */
export function columnOf(name: string): string {
  return name === "mse" ? "loss" : name;
}

/** The columns of a metric: of the dense network, after pruning, and after recovery. */
export function figuresOf(metric: string) {
  return { baseline: `baseline_${metric}`, pruned: `pruned_${metric}`, recovered: metric };
}

/**
 * Throws a FormulaFault at the first name that means nothing: neither a figure nor a metric `before` this one. `metric` and
 * those `after` it are known, and cannot be used.
 */
export function checkNames(
  expression: Expression,
  {
    metric,
    before,
    after,
  }: { readonly metric: string; readonly before: readonly string[]; readonly after: readonly string[] },
): void {
  const known = [...FIGURES, ...before.flatMap((name) => Object.values(figuresOf(name)))];
  const others = before.length === 0 ? "" : excerpt(`, ${before.join(", ")}`);
  for (const { name, at } of namesIn(expression)) {
    if (known.includes(name)) continue;
    if (name === metric) throw new FormulaFault(`${quote(name)} is this metric itself.`, at);
    if (after.includes(name)) {
      throw new FormulaFault(`${quote(name)} is a metric further down: put it before this one.`, at);
    }
    const called = functions.find((other) => other.name === name);
    if (called !== undefined) throw new FormulaFault(`${name} is a function: write ${called.written}.`, at);
    const meant = didYouMean(name, known);
    throw new FormulaFault(
      `there is no figure ${quote(name)}.${meant || ` Figures: ${FIGURES.join(", ")}${others}.`}`,
      at,
    );
  }
}
