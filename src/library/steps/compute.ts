import { openEngine } from "../../engines/registry.ts";
import type { PreparedStudy, StudyResources } from "../../experiment/prepare.ts";
import type { RunEnvironment } from "../../experiment/runs/run.ts";
import type { OnStudyEvent } from "../../scheduling/events.ts";

/** What is computed in this process, and who hears of it. */
export interface StepComputing {
  readonly study: PreparedStudy;
  readonly resources: StudyResources;
  /** What the events call it. */
  readonly run: string;
  /** Optimizer steps of all of it; 0 for none. */
  readonly steps: number;
  readonly onEvent: OnStudyEvent;
}

const PROGRESS_INTERVAL_MILLISECONDS = 100;

/** Computes a run of a study here, on one thread, where a sweep does it on several. */
export async function computeHere<T>(
  { study, resources, run, steps, onEvent }: StepComputing,
  compute: (environment: RunEnvironment) => Promise<T>,
): Promise<T> {
  const { settings, options } = study;
  const dataset = await resources.datasets.load(study.dataset.checksum);
  const engine = await openEngine(study.engine.name, () => {});
  let told = performance.now();
  const onStep = (done: number) => {
    const now = performance.now();
    if (steps === 0 || now - told < PROGRESS_INTERVAL_MILLISECONDS) return;
    told = now;
    const fraction = Math.min(1, done / steps);
    onEvent({ event: "run-progress", study: options.name, run, fraction, total: fraction });
  };
  try {
    return await compute({ settings, engine, dataset, onStep });
  } finally {
    await engine.dispose();
  }
}
