import { engines } from "../engines/registry.ts";
import { denseMacs } from "../network/weighted-layers.ts";
import { type Run, workOf } from "./runs/index.ts";
import type { ExampleCounts } from "./runs/run.ts";
import type { RunSettings } from "./settings.ts";

/** What a run costs beside its arithmetic (a network, files flushed to disk), as multiply-accumulates. */
const OVERHEAD = 1e9;

/** What a run is expected to cost, in multiply-accumulates of dense arithmetic. */
export function runCost(run: Run, settings: RunSettings, examples: ExampleCounts, engine: string): number {
  return arithmeticCost(run, settings, examples, engine) + OVERHEAD;
}

/** The same without what is no arithmetic, which is the same for every engine. */
export function arithmeticCost(
  run: Run,
  settings: RunSettings,
  examples: ExampleCounts,
  engine: string,
): number {
  const work = workOf(run, settings, examples);
  const { passes, density, macs = macsOf(settings), densePasses = 0 } = work;
  const phases = work.phases ?? [{ part: 1, density }];
  const costAtDensity = engines.find(engine)?.costAtDensity ?? (() => 1);
  const share = phases.reduce((sum, phase) => sum + phase.part * costAtDensity(phase.density), 0);
  return passes * macs * share + densePasses * macsOf(settings);
}

const known = new WeakMap<RunSettings, number>();

function macsOf(settings: RunSettings): number {
  const macs = known.get(settings) ?? denseMacs(settings.network);
  known.set(settings, macs);
  return macs;
}
