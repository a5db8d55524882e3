import { availableParallelism } from "node:os";
import type { EngineDescription } from "../engines/engine.ts";

/**
 * How many runs of an engine go on at once: as many as are asked for and the engine computes. Unless asked, one a core; of an
 * engine that computes several in one thread, where they only wait for it, all of those.
 */
export function runsAtOnce(
  { maxWorkers }: Pick<EngineDescription, "maxWorkers">,
  asked: number | undefined,
): number {
  if (asked === undefined) return maxWorkers ?? availableParallelism();
  return Math.min(asked, maxWorkers ?? asked);
}
