import type { StudyPlan } from "../experiment/plan.ts";
import { trainingsBehind } from "../experiment/trainings-behind.ts";
import type { TimingRow } from "../recording/rows.ts";
import type { StoredRuns } from "../scheduling/share.ts";
import type { StoredRun } from "../scheduling/store.ts";
import type { StudyLabels } from "./filled-cell.ts";

/** The rows of timings.csv, one a run: made whenever they are gone through. */
export function timingRows(
  { runs }: StudyPlan,
  stored: StoredRuns,
  labels: StudyLabels,
): Iterable<TimingRow> {
  return {
    *[Symbol.iterator]() {
      const byId = new Map(runs.map((run) => [run.id, run]));
      for (const run of runs) {
        const timing = stored.get(run.id)?.timing;
        if (timing === undefined) continue;
        const behind = trainingsBehind(run.id, byId).map(
          ({ id }) => stored.get(id)?.timing.trainSeconds ?? 0,
        );
        yield timingRow(run.label, timing, behind, labels);
      }
    },
  };
}

function timingRow(
  run: string,
  timing: StoredRun["timing"],
  behind: readonly number[],
  labels: StudyLabels,
): TimingRow {
  return {
    study: labels.study,
    run,
    seconds: timing.seconds,
    train_seconds: timing.trainSeconds,
    all_train_seconds: behind.reduce((sum, seconds) => sum + seconds, 0),
    examples_per_second: timing.trainSeconds > 0 ? timing.trainedExamples / timing.trainSeconds : 0,
    peak_memory_mib: timing.peakMemoryBytes / 2 ** 20,
  };
}
