import type { QueueElement } from "../scheduler.ts";
import { changeFor } from "./answers.ts";

/**
 * What becomes of a waiting element: `lost` ones are taken away and submitted again, `stuck` ones wait for somebody to do
 * something; of `waits` nothing is to be said.
 */
export type Prospect = "waits" | "lost" | "stuck";

export function prospectOf({ state, reason }: QueueElement): Prospect {
  if (state !== "PENDING") return "waits";
  if (/launch failed|DependencyNeverSatisfied/i.test(reason)) return "lost";
  const stuck =
    /held|^JobHold|^Partition(TimeLimit|NodeLimit)|^BadConstraints|^InvalidAccount|^InvalidQOS|NotAllowed$|Per(Job|Node)(Limit)?$|^MaxMemPerLimit|^QOSMin|^ReservationDeleted/i;
  return stuck.test(reason) ? "stuck" : "waits";
}

/** What to do about elements that wait for something that does not come by itself. */
export function prospectHint(reason: string, jobs: readonly string[]): string {
  if (/held|Hold/i.test(reason)) return `Let them go: scontrol release ${jobs.join(" ")}`;
  const change = changeFor(reason);
  return `Change cluster.yaml${change === undefined ? "" : ` (${change})`}, take these away (prune-lab cancel), and run the same command again.`;
}
