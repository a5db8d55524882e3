import type { Task } from "../metric.ts";
import { evaluate } from "./evaluate.ts";
import { type Expression, namesIn } from "./expression.ts";
import { FormulaFault } from "./fault.ts";
import { checkNames } from "./names.ts";
import type { FormulaOptions } from "./options.ts";
import { parseFormula } from "./parse.ts";

/** What is wrong with one formula of a list. */
export interface FoundFault {
  /** Its index in the list. */
  readonly index: number;
  readonly fault: FormulaFault;
}

/**
 * What is wrong with the formulas of a config before anything is computed, at most one fault each: a text that is none, a
 * name that means nothing, and what certainly has no value, such as a division by 0 in the rows of one of the `sparsities`.
 */
export function formulaFaults(
  formulas: readonly FormulaOptions[],
  sparsities: readonly number[],
): FoundFault[] {
  const names = formulas.map(({ name }) => name);
  const planned = sparsities.map(plannedFigures);
  return formulas.flatMap(({ name, formula }, index) => {
    try {
      const expression = parseFormula(formula);
      checkNames(expression, { metric: name, before: names.slice(0, index), after: names.slice(index + 1) });
      checkConstants(expression);
      for (const figures of planned) addPlanned(figures, name, expression);
      return [];
    } catch (error) {
      if (!(error instanceof FormulaFault)) throw error;
      return [{ index, fault: error }];
    }
  });
}

/** Figures that only one task has, what they are, and what the other task has in their place. */
const OF_TASK: Readonly<Record<Task, { readonly names: readonly string[]; readonly instead: string }>> = {
  classification: {
    names: ["accuracy", "accuracy_drop", "baseline_accuracy", "pruned_accuracy"],
    instead: "Write mse, baseline_loss or pruned_loss.",
  },
  regression: { names: ["mse"], instead: "Write loss, which is the cross-entropy, or accuracy." },
};

/** The formulas that name a figure which this task does not have, at most one fault each. */
export function taskFaults(formulas: readonly FormulaOptions[], task: Task): FoundFault[] {
  const other = task === "classification" ? "regression" : "classification";
  return formulas.flatMap(({ formula }, index) => {
    const found = namesIn(parseFormula(formula)).find(({ name }) => OF_TASK[other].names.includes(name));
    if (found === undefined) return [];
    const message = `${found.name} is a figure of a ${other}, and this is a ${task}. ${OF_TASK[other].instead}`;
    return [{ index, fault: new FormulaFault(message, found.at) }];
  });
}

/** What is known of a row before its run, by figure; metrics of one's own are added to it. */
type PlannedFigures = Map<string, number>;

function plannedFigures(sparsity: number): PlannedFigures {
  const dense = sparsity === 0 ? { sparsity: 0, model_sparsity: 0, compression: 1 } : {};
  return new Map(Object.entries({ target_sparsity: sparsity, ...dense }));
}

/** Throws a FormulaFault for what has no value whatever the figures are. */
function checkConstants(expression: Expression): void {
  try {
    evaluate(expression, () => undefined);
  } catch (error) {
    throw error instanceof FormulaFault ? new FormulaFault(`${error.message}, always.`, error.at) : error;
  }
}

/** Adds what is known of a metric in such a row. Throws a FormulaFault where it is known to have no value. */
function addPlanned(figures: PlannedFigures, metric: string, expression: Expression): void {
  try {
    const value = evaluate(expression, (name) => figures.get(name));
    if (value !== undefined) figures.set(metric, value);
  } catch (error) {
    if (!(error instanceof FormulaFault)) throw error;
    const sparsity = figures.get("target_sparsity");
    throw new FormulaFault(
      `${error.message} in the rows of sparsity ${sparsity}, which prune.sparsities lists. Choose a value for them: target_sparsity != ${sparsity} ? ... : 0.`,
      error.at,
    );
  }
}
