import { lastOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { validations } from "../experiment/settled-plan.ts";
import type { Effort } from "../experiment/training/effort.ts";
import { accuracy } from "../metrics/accuracy.ts";
import { loss } from "../metrics/loss.ts";
import type { LearningRateRow } from "../recording/rows.ts";
import type { StoredRuns } from "../scheduling/share.ts";

/** Every learning rate that was tried in a settled study, in the order of the grid. Test results have no part in it. */
export function learningRateRows(
  study: Pick<StudyOutline, "plan" | "settings" | "dataset">,
  stored: StoredRuns,
  effortBehind: (id: string) => Effort,
  name: string,
): LearningRateRow[] {
  const accuracies = validations(study, stored, accuracy);
  const losses = validations(study, stored, loss);
  return study.plan.cells.flatMap((cell) =>
    (cell.tried ?? []).map(({ learningRate, path }): LearningRateRow => {
      const id = lastOf({ path });
      const effort = stored.get(id)?.result.status === "diverged" ? null : effortBehind(id);
      return {
        study: name,
        method: cell.method.name,
        seed: cell.seed,
        target_sparsity: cell.sparsity,
        learning_rate: learningRate,
        validation_accuracy: accuracies(id),
        validation_loss: losses(id),
        train_steps: effort?.steps ?? null,
        train_examples: effort?.examples ?? null,
        train_macs: effort?.macs ?? null,
        chosen: learningRate === cell.learningRate ? "yes" : "no",
      };
    }),
  );
}
