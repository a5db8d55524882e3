import { criteria } from "../pruning/criteria/registry.ts";
import { looksAtExamples } from "../pruning/criterion.ts";
import { isConstructed } from "../pruning/method.ts";
import type { StudyPlan } from "./plan.ts";
import type { RunSettings } from "./settings.ts";

/**
 * What is told of a study of several seeds in which nothing is random: one network that is read, no training, and methods
 * that look at its weights alone. Undefined where seeds say something.
 */
export function idleSeedsNotice(
  { runs, cells }: StudyPlan,
  { weights }: RunSettings,
  seeds: readonly number[],
): string | undefined {
  if (weights === undefined || seeds.length < 2) return undefined;
  const trains = runs.some((run) => "retraining" in run && run.retraining !== null);
  const draws = cells.some(({ method }) => {
    if (isConstructed(method) || method.control !== undefined || method.quantization !== undefined)
      return true;
    const { needs, uniformScores } = criteria.named(method.criterion.name);
    return uniformScores === true || looksAtExamples(needs?.(method.criterion) ?? {});
  });
  if (trains || draws) return undefined;
  return `Nothing in this study is random: the weights are read, and nothing is trained. The ${seeds.length} seeds give the same figures, and intervals over them say nothing: set seeds: [${seeds[0]}].`;
}
