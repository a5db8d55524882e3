import { greatestOf, leastOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import { accuracy } from "../metrics/accuracy.ts";
import { loss } from "../metrics/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import { measured } from "../metrics/words.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { BaselineHealth, FailedNetwork } from "./baseline-health.ts";
import { quantizes } from "./rounding-differences.ts";
import { present } from "./statistics/mean-interval.ts";

/**
 * What a reader has to know before anything else: which dense networks did not learn, how that shows, and what is left
 * to say. Empty when all learned.
 */
export function failureSentences({ failed, sound }: BaselineHealth, rows: readonly ResultRow[]): string[] {
  if (failed.length === 0) return [];
  const regression = failed.some(({ guess }) => guess?.accuracy === null);
  const consequence =
    sound.length === 0
      ? "So nothing here shows what pruning costs, and no finding is drawn from it. Lower learning rates, or more epochs of training, may help" +
        `${regression ? ", if the inputs say anything of the targets" : ""}.`
      : "Tables and charts include these networks; findings leave them out.";
  return [...failureFacts(failed, rows), consequence];
}

/** A sentence for each study, kind of network and way to fail. */
export function failureFacts(failed: readonly FailedNetwork[], rows: readonly ResultRow[]): string[] {
  const several = new Set(rows.map(({ study }) => study)).size > 1;
  const groups = groupBy(failed, ({ study, network, methods, failure }) =>
    JSON.stringify([study, network, failure, network === "control" ? methods : []]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const ofStudy = rows.filter(({ study }) => study === first.study);
    const where = several ? `${first.study}: ` : "";
    return [`${where}${subjectOf(first, group, ofStudy)}: ${reasonOf(first, group)}.`];
  });
}

/** In one line, above figures that include failed networks. Undefined when all learned. */
export function failureHeadline({ failed, sound }: BaselineHealth): string | undefined {
  if (failed.length === 0) return undefined;
  return sound.length === 0
    ? "Every dense network failed to learn, or lost it again in recovery: these figures say nothing about pruning."
    : "Some dense networks did not learn (see the warnings); these figures include them.";
}

function subjectOf(
  { network, methods }: FailedNetwork,
  group: readonly FailedNetwork[],
  rows: readonly ResultRow[],
): string {
  const which = [...new Set(group.map(({ seed }) => seed))];
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  const of =
    which.length < seeds
      ? ` of seed${which.length > 1 ? "s" : ""} ${which.join(", ")} (of ${seeds})`
      : seeds > 1
        ? ` of all ${seeds} seeds`
        : "";
  const several = which.length > 1;
  if (network === "baseline") return `The dense baseline${several ? "s" : ""}${of} did not learn`;
  const all = new Set(rows.map(({ method }) => method)).size === methods.length;
  const whose = all ? "" : ` of ${methods.join(", ")}`;
  const rounded = rows.some((row) => methods.includes(row.method) && quantizes(row));
  const after = `after recovery${rounded ? " and rounding" : ""}`;
  return several
    ? `The dense controls${whose}, which are the unpruned networks ${after},${of} lost what they had learned`
    : `The dense control${whose}, which is the unpruned network ${after},${of} lost what it had learned`;
}

function reasonOf({ failure, guess }: FailedNetwork, group: readonly FailedNetwork[]): string {
  if (failure === "diverged") return "a loss or a weight was not finite";
  const losses = range(loss, present(group.map((network) => network.loss)));
  if (guess?.accuracy == null) {
    return `test loss ${losses}, no better than a guess that ignores the input (${measured(loss, guess?.loss ?? 0, "coarse")})`;
  }
  const accuracies = range(accuracy, present(group.map((network) => network.accuracy)));
  const chance = measured(accuracy, guess.accuracy, "coarse");
  return failure === "chance"
    ? `test accuracy ${accuracies}, no better than a guess that ignores the input (${chance})`
    : `test accuracy ${accuracies} at a loss of ${losses}, hardly better than a guess that ignores the input (${chance} at ${measured(loss, guess.loss, "coarse")})`;
}

/** `9.4%`, `9.4% to 11.2%` */
function range(metric: Metric, values: readonly number[]): string {
  const ends = [leastOf(values), greatestOf(values)];
  return [...new Set(ends.map((value) => measured(metric, value, "coarse")))].join(" to ");
}
