import { accuracy } from "../metrics/accuracy.ts";
import { loss } from "../metrics/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import { sign } from "../metrics/registry.ts";
import { type Cell, lastOf, type StudyPlan } from "./plan.ts";
import type { StudyOutline } from "./prepare.ts";
import type { RunResult } from "./runs/index.ts";
import { validationOf } from "./runs/validation.ts";

interface Stored {
  get(id: string): { readonly result: RunResult } | undefined;
}

/** What runs say on the validation examples by a metric (accuracy or loss), by their ids; null where they say nothing. */
export function validations(
  { plan, settings, dataset }: Pick<StudyOutline, "plan" | "settings" | "dataset">,
  stored: Stored,
  metric: Metric,
): (id: string) => number | null {
  const runs = new Map(plan.runs.map((run) => [run.id, run]));
  const trainExamples = dataset.examples.train;
  return (id) => {
    const [run, result] = [runs.get(id), stored.get(id)?.result];
    if (run === undefined || result === undefined) return null;
    return validationOf(run, result, metric, { settings, trainExamples });
  };
}

/**
 * The plan with each cell filled by the learning rate that is best for its method and sparsity: on the validation examples, by
 * the mean over the seeds. Of rates at which some seeds diverge, those come first at which the fewest do; of equal ones the
 * first of the config.
 */
export function settledPlan(
  study: Pick<StudyOutline, "plan" | "settings" | "dataset">,
  stored: Stored,
): StudyPlan {
  const { plan, dataset } = study;
  if (plan.cells.every(({ tried }) => tried === undefined)) return plan;
  const metric = dataset.targets.kind === "classes" ? accuracy : loss;
  const validated = validations(study, stored, metric);
  const columns = new Map<string, Cell[]>();
  const columnOf = ({ method, sparsity }: Cell) => JSON.stringify([method.name, sparsity]);
  for (const cell of plan.cells) columns.set(columnOf(cell), [...(columns.get(columnOf(cell)) ?? []), cell]);
  const chosen = new Map([...columns].map(([key, cells]) => [key, bestOf(cells, validated, metric)]));
  const cells = plan.cells.map((cell): Cell => {
    const { learningRate, path } = cell.tried?.[chosen.get(columnOf(cell)) ?? 0] ?? cell;
    return learningRate === undefined ? cell : { ...cell, learningRate, path };
  });
  return { ...plan, cells };
}

/** The place of the best learning rate for the cells of a method at a sparsity. */
function bestOf(cells: readonly Cell[], validated: (id: string) => number | null, metric: Metric): number {
  const rated = (cells[0]?.tried ?? []).map((_, place) => {
    const values = cells.flatMap(({ tried }) => {
      const value = tried?.[place] && validated(lastOf(tried[place]));
      return value == null ? [] : [value];
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      place,
      failed: cells.length - values.length,
      worth: values.length === 0 ? 0 : sign(metric) * mean,
    };
  });
  rated.sort((a, b) => a.failed - b.failed || b.worth - a.worth || a.place - b.place);
  return rated[0]?.place ?? 0;
}
