import type { DatasetFacts } from "../datasets/dataset-cache.ts";
import { inputError } from "../foundations/errors.ts";
import { criteria } from "../pruning/criteria/registry.ts";
import { looksAtExamples } from "../pruning/criterion.ts";
import { type AnyMethod, isConstructed } from "../pruning/method.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import type { StudyPlan } from "./plan.ts";
import type { Run } from "./runs/index.ts";

/**
 * Throws a PruneLabError of kind `input` where a study trains, or looks at training examples, and its data has none;
 * `isTrained`: the dense network is there already.
 */
export function refuseNothingToTrainOn(
  plan: StudyPlan,
  isTrained: boolean,
  { name, examples }: Pick<DatasetFacts, "name" | "examples">,
): void {
  if (examples.train > 0) return;
  const needing = plan.cells.map(({ method }) => ({ method, what: looks(method) })).find(({ what }) => what);
  const what =
    needing === undefined
      ? plan.runs.map((run) => trains(run, isTrained)).find((reason) => reason !== undefined)
      : `the method ${needing.method.name} ${needing.what}`;
  if (what === undefined) return;
  throw inputError(`The dataset ${name} has no training examples, and ${what}.`, {
    hint: "Name some (dataset.train), or train nothing: weights that are read, prune.finetune: null, and methods that look at weights alone.",
  });
}

/** How a run trains; undefined for one that does not. */
function trains(run: Run, isTrained: boolean): string | undefined {
  switch (run.kind) {
    case "baseline":
      return isTrained ? undefined : "the dense network is trained";
    case "checkpoint":
    case "teacher":
      return "the dense network is trained";
    default:
      return "retraining" in run && run.retraining !== null
        ? "networks are trained once they are pruned (prune.finetune)"
        : undefined;
  }
}

/** What of the training examples a method looks at when it prunes; undefined for one that does not. */
function looks(method: AnyMethod): string | undefined {
  if (isConstructed(method)) return "is constructed, not pruned";
  const { criterion, schedule } = method;
  const { needs } = criteria.named(criterion.name);
  if (looksAtExamples(needs?.(criterion) ?? {})) return `scores weights by them (${criterion.name})`;
  return schedules.named(schedule.name).avoidsDeadInputs?.(schedule)
    ? `looks for inputs that are always zero (${schedule.name})`
    : undefined;
}
