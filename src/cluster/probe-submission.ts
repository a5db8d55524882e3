import type { ClusterFolder } from "./folder.ts";
import type { Submission } from "./slurm-lines.ts";

/** The number of the array that asks a node; those of runs begin with 1. */
export const PROBE_ARRAY = 0;

/** The task that asks a node what an engine is there. */
export function probeSubmission(folder: ClusterFolder, token: string, workingFolder: string): Submission {
  return {
    token,
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
