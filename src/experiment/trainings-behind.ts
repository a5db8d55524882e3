import type { Run } from "./runs/index.ts";

/**
 * The runs whose trainings a network comes from: the run that gives it, those that it hangs on, and so on; each once. A
 * checkpoint is the start of the baseline's training: of both, or of two checkpoints, the longer counts.
 */
export function trainingsBehind(id: string, runs: ReadonlyMap<string, Run>): readonly Run[] {
  const found = new Map<string, Run>();
  const gather = (run: Run | undefined) => {
    if (run === undefined || found.has(run.id)) return;
    found.set(run.id, run);
    for (const parent of run.parents) gather(runs.get(parent.run));
  };
  gather(runs.get(id));
  const all = [...found.values()];
  const longest = all.reduce((most, run) => Math.max(most, denseSteps(run)), 0);
  return all.filter((run) => !isStart(run) || denseSteps(run) === longest);
}

const isStart = ({ kind }: Run) => kind === "baseline" || kind === "checkpoint";

/** The part of the dense training that a run is. */
function denseSteps(run: Run): number {
  if (run.kind === "baseline") return Number.POSITIVE_INFINITY;
  return run.kind === "checkpoint" ? run.step : 0;
}
