import { computeRun } from "../experiment/runs/index.ts";
import type { ParentOutput, RunEnvironment } from "../experiment/runs/run.ts";
import { failure } from "../foundations/errors.ts";
import { inPhase } from "../foundations/phases.ts";
import type { RunTask } from "./executor.ts";
import type { SharedWeights } from "./run-folders.ts";
import { RunStore } from "./store.ts";

/** Computes a task's run and stores it: what a thread does, and what a job elsewhere would do. `shared`: weights that are read already. */
export async function computeAndStore(
  { run, keep, settings, storeFolder }: RunTask,
  environment: Omit<RunEnvironment, "settings">,
  shared?: SharedWeights,
): Promise<void> {
  const store = new RunStore(storeFolder, settings.network);
  const started = performance.now();
  environment.onStep(0);
  const parents: ParentOutput[] = [];
  for (const parent of run.parents) {
    const found = await inPhase("load", () => store.readArtifacts(parent.run, parent.artifacts, shared));
    if (found === undefined) {
      throw failure(`${run.label}: a run that it hangs on is no longer in ${storeFolder}.`, {
        hint: "Something removed or changed it while the sweep ran. Run the same command again to continue.",
      });
    }
    parents.push(found);
  }
  const output = await computeRun(run, parents, { ...environment, settings });
  const timing = {
    seconds: (performance.now() - started) / 1000,
    trainSeconds: output.trainSeconds,
    trainedExamples: output.trainedExamples,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
  await inPhase("store", () => store.write(run.id, output, timing, keep));
}
