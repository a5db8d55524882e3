import { channel } from "node:diagnostics_channel";

/** Parts of a sweep beside its training: `load` is what a run reads of others, `store` what is written of it. */
export type Phase = "data" | "load" | "evaluation" | "store" | "tables" | "drawing";

/** Heard by nobody, unless a tool such as bench/sweep.mjs subscribes: then it costs something. */
const phases = channel("prune-lab:phase");

/** Does a part of a sweep; subscribers in the same thread then hear `{ phase, seconds }`. */
export async function inPhase<Result>(phase: Phase, work: () => Result | Promise<Result>): Promise<Result> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    phases.publish({ phase, seconds: (performance.now() - started) / 1000 });
  }
}
