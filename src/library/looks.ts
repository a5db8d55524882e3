import { measuredPoints } from "../analysis/measured-points.ts";
import { dropInterval, type Pair } from "../analysis/statistics/drop-interval.ts";
import { type MeanInterval, meanInterval } from "../analysis/statistics/mean-interval.ts";
import { type Cell, lastOf } from "../experiment/plan.ts";
import { outlineStudy, type StudyOutline } from "../experiment/prepare.ts";
import { settledPlan, validations } from "../experiment/settled-plan.ts";
import { accuracy } from "../metrics/accuracy.ts";
import { differenceScale } from "../metrics/difference.ts";
import { loss } from "../metrics/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import { parameterSpecs } from "../network/parameters.ts";
import type { MethodOptions } from "../pruning/methods.ts";
import { amount, integer, setting, text } from "../recording/column.ts";
import { labelsOf } from "../results/describe.ts";
import { tabulate } from "../results/tabulate.ts";
import type { StoredRuns } from "../scheduling/share.ts";

/** What binary fractions leave of a drop that is exactly the margin. */
const DUST = 1e-9;

/** One method at one sparsity, beside its dense control. */
export interface PlannedLook {
  readonly outline: StudyOutline;
  readonly sparsity: number;
}

/** What a look at it says, over the seeds. Values as rows hold them, drops in the unit of the metric's differences. */
export interface Look {
  readonly method: string;
  readonly sparsity: number;
  /** Prunable weights that are kept, of how many; the mean over the seeds, rounded. */
  readonly kept: number;
  readonly weights: number;
  /** Seeds in which neither it nor the dense control diverged, and the others. */
  readonly n: number;
  readonly diverged: number;
  /** On the validation examples: means, and the drop from the control, paired by seed. */
  readonly control: number | null;
  readonly validation: number | null;
  readonly drop: MeanInterval;
  /** On the test examples, which decide nothing. */
  readonly test: MeanInterval;
  readonly testDrop: MeanInterval;
  /** Whether the drop on the validation examples is at most the margin, and no seed diverged. */
  readonly inside: boolean;
}

/** By what networks are searched: accuracy, or the loss of a regression. */
export function metricOf({ dataset }: Pick<StudyOutline, "dataset">): Metric {
  return dataset.targets.kind === "classes" ? accuracy : loss;
}

export function planLook(study: StudyOutline, method: MethodOptions, sparsity: number): PlannedLook {
  const { options, dataset, engine, settings } = study;
  // As a whole, also where the config scans its layers.
  const prune = { ...options.prune, methods: [method], sparsities: [0, sparsity], scan: undefined };
  return { outline: outlineStudy({ ...options, prune }, dataset, engine, settings.weights), sparsity };
}

/** What finished runs say of a look; `within` is the margin, in the unit of the metric's differences. */
export function lookAt({ outline, sparsity }: PlannedLook, stored: StoredRuns, within: number): Look {
  const { dataset, settings } = outline;
  const plan = settledPlan(outline, stored);
  const metric = metricOf(outline);
  const onValidation = validations(outline, stored, metric);
  const validated = (cell: Cell | undefined): number | null => {
    return cell === undefined ? null : onValidation(lastOf(cell));
  };
  const cells = plan.cells.filter((cell) => cell.sparsity === sparsity);
  const pairs = cells.flatMap((cell): Pair[] => {
    const before = validated(plan.cells.find((other) => other.sparsity === 0 && other.seed === cell.seed));
    const now = validated(cell);
    return before === null || now === null ? [] : [{ before, now }];
  });
  const control = meanInterval(pairs.map(({ before }) => before)).mean;
  const scale = differenceScale(metric, control === null ? null : metric.scale * control);
  const drop = dropInterval(pairs, scale, dataset.examples.validation);
  const { results } = tabulate(outline, stored, labelsOf(outline));
  const point = measuredPoints(results, metric).find((each) => each.sparsity === sparsity);
  const weights = settings.prunable.reduce((sum, name) => sum + sizeOf(name, outline), 0);
  const reached = meanInterval(point?.rows.map((row) => row.sparsity) ?? []).mean ?? sparsity;
  const empty = meanInterval([]);
  return {
    method: cells[0]?.method.name ?? "",
    sparsity,
    kept: Math.round((1 - reached) * weights),
    weights,
    n: pairs.length,
    diverged: cells.length - pairs.length,
    control,
    validation: meanInterval(pairs.map(({ now }) => now)).mean,
    drop,
    test: point?.recovered ?? empty,
    testDrop: point?.drop ?? empty,
    inside: pairs.length === cells.length && drop.mean !== null && drop.mean <= within + DUST,
  };
}

function sizeOf(tensor: string, { settings }: StudyOutline): number {
  return parameterSpecs(settings.network).find(({ name }) => name === tensor)?.size ?? 0;
}

/** The columns of find.csv: every look, method by method, in the order in which they were made. */
export const findColumns = {
  study: text("Name of the study."),
  dataset: text("Name of the dataset."),
  model: text("Name of the model."),
  method: text("Name of the pruning method."),
  metric: text("What decides: `accuracy`, or the `loss` of a regression."),
  within: setting("The margin: points of accuracy, or percent of the control's loss."),
  look: integer("Which look at the method this is, from 1."),
  target_sparsity: setting("Sparsity that was looked at."),
  kept: integer("Prunable weights that are kept, the mean over the seeds."),
  n: integer("Seeds that count: neither the network nor its dense control diverged."),
  diverged: integer("The other seeds; any of them counts as outside the margin."),
  control_validation: amount("Mean of the metric of the dense control on the validation examples."),
  validation: amount("Mean of the metric on the validation examples: what is decided by."),
  validation_drop: amount("Mean drop from the control, paired by seed, in the unit of `within`."),
  validation_drop_ci95_low: amount("Lower end of its 95% interval; empty for a single seed."),
  validation_drop_ci95_high: amount("Upper end of its 95% interval."),
  test: amount("Mean of the metric on the test examples, which decide nothing."),
  test_ci95_low: amount("Lower end of the 95% interval of that mean; empty for a single seed."),
  test_ci95_high: amount("Upper end of the 95% interval of that mean."),
  test_drop: amount("Mean drop from the control on the test examples."),
  inside: text("`yes` where the validation drop is at most `within`, else `no`."),
  found: text("`yes` for the largest sparsity inside the margin that was found."),
};

/** The rows of one method. */
export function findRows(
  { options, dataset }: StudyOutline,
  looks: readonly Look[],
  within: number,
  found: Look | undefined,
): object[] {
  const metric = metricOf({ dataset });
  return looks.map((look, i) => ({
    study: options.name,
    dataset: dataset.name,
    model: options.model.name,
    method: look.method,
    metric: metric.name,
    within,
    look: i + 1,
    target_sparsity: look.sparsity,
    kept: look.kept,
    n: look.n,
    diverged: look.diverged,
    control_validation: look.control,
    validation: look.validation,
    validation_drop: look.drop.mean,
    validation_drop_ci95_low: look.drop.ci95?.low,
    validation_drop_ci95_high: look.drop.ci95?.high,
    test: look.test.mean,
    test_ci95_low: look.test.ci95?.low,
    test_ci95_high: look.test.ci95?.high,
    test_drop: look.testDrop.mean,
    inside: look.inside ? "yes" : "no",
    found: look === found ? "yes" : "",
  }));
}
