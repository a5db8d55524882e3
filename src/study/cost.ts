import { measureNetwork } from "../pruning/measure.ts";
import type { DatasetFacts } from "./dataset-shelf.ts";
import type { Run } from "./plan.ts";
import type { RunSettings } from "./run.ts";

/** What a run costs beside its arithmetic (a network, files flushed to disk), as multiply-accumulates. */
const OVERHEAD = 1e9;
/** A training step computes values, gradients of the weights and gradients of the inputs. */
const TRAINING_PASSES = 3;

/** What a run is expected to cost with dense arithmetic, in multiply-accumulates. */
export function runCost(
  run: Pick<Run, "kind">,
  settings: RunSettings,
  examples: DatasetFacts["examples"],
): number {
  const plan = run.kind === "baseline" ? settings.train : settings.finetune;
  const tests = run.kind === "baseline" ? 1 : 2;
  const epoch = TRAINING_PASSES * examples.train + examples.validation;
  const passes = (plan?.epochs ?? 0) * epoch + tests * examples.test;
  return passes * denseMacs(settings) + OVERHEAD;
}

const known = new WeakMap<RunSettings, number>();

function denseMacs(settings: RunSettings): number {
  const macs = known.get(settings) ?? measureNetwork(settings.network, new Map(), []).denseMacs;
  known.set(settings, macs);
  return macs;
}
