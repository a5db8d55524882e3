import type { DatasetFacts } from "../datasets/dataset-cache.ts";
import { engines } from "../engines/registry.ts";
import { measureNetwork } from "../pruning/measure.ts";
import type { Run } from "./plan.ts";
import type { RunSettings } from "./run.ts";

/** What a run costs beside its arithmetic (a network, files flushed to disk), as multiply-accumulates. */
const OVERHEAD = 1e9;
/** A training step computes values, gradients of the weights and gradients of the inputs. */
const TRAINING_PASSES = 3;

/** What a run is expected to cost, in multiply-accumulates of dense arithmetic. */
export function runCost(
  run: Pick<Run, "kind"> & { readonly sparsity?: number },
  settings: RunSettings,
  examples: DatasetFacts["examples"],
  engine: string,
): number {
  const { epochs } = (run.kind === "baseline" ? settings.train : settings.finetune) ?? { epochs: 0 };
  const tests = run.kind === "baseline" ? 1 : 2;
  const passes =
    epochs * TRAINING_PASSES * examples.train + (epochs + 1) * examples.validation + tests * examples.test;
  const costAtDensity = engines.find(engine)?.costAtDensity ?? (() => 1);
  return passes * denseMacs(settings) * costAtDensity(1 - (run.sparsity ?? 0)) + OVERHEAD;
}

const known = new WeakMap<RunSettings, number>();

function denseMacs(settings: RunSettings): number {
  const macs = known.get(settings) ?? measureNetwork(settings.network, new Map(), []).denseMacs;
  known.set(settings, macs);
  return macs;
}
