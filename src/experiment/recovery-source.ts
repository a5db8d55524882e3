import type { Retraining } from "../pruning/recovery.ts";
import type { PlanInputs } from "./plan.ts";
import type { Graph, UnroundedCell } from "./run-graph.ts";
import { planCheckpoint } from "./runs/checkpoint.ts";
import { recoverySource } from "./runs/recover.ts";
import type { Parent } from "./runs/run.ts";

/** What a recovery takes from another run of the seed, which is in the graph then. */
export function sourceOf(
  retraining: Retraining | null,
  { seed, baseline }: Pick<UnroundedCell, "seed" | "baseline">,
  inputs: PlanInputs,
  graph: Graph,
): Parent | undefined {
  const checkpoint = (step: number) => graph.add(planCheckpoint(inputs, seed, step));
  return recoverySource(retraining, { baseline, checkpoint });
}
