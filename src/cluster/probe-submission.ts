import type { ClusterFolder } from "./folder.ts";
import type { Submission } from "./scheduler.ts";

/** The number of the array that asks a node; those of runs begin with 1. */
export const PROBE_ARRAY = 0;

/** The name of the job that asks a node for a sweep: not that of its tasks, so that neither is taken for the other. */
export function probeName(token: string): string {
  return `${token}-probe`;
}

/** The task that asks a node what an engine is there. */
export function probeSubmission(folder: ClusterFolder, token: string, workingFolder: string): Submission {
  return {
    token: probeName(token),
    array: PROBE_ARRAY,
    indices: [0],
    atOnce: 1,
    afterJob: undefined,
    exclude: [],
    script: folder.script(token),
    workingFolder,
    logFolder: folder.logs(token),
  };
}
