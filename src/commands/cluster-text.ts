import { basisText } from "../cluster/plan.ts";
import { tasksText } from "../cluster/take-away.ts";
import type { ClusterForecast, Submitted } from "../library/cluster.ts";

/** The most lines of sbatch that a plan shows. */
const MOST_LINES = 20;

/** The plan of a sweep with what it would submit, in place of the line that ends it. */
export function withClusterPlan(text: string, forecast: ClusterForecast): string {
  const { tasks, runs, arrays, coreSeconds, longestRun, measured, by, lines, warning } = forecast;
  const last = "Nothing was computed or written.\n";
  return (
    text.replace(last, "") +
    [
      `tasks    ${tasks} for ${runs} runs${by === "slurm" ? `, in ${arrays} ${arrays === 1 ? "array" : "arrays"}${lines.length > arrays ? ", and one that asks a node first what the engine is there" : ""}` : ""}`,
      `time     ${(coreSeconds / 3600).toFixed(2)} core hours expected, the longest run ${Math.ceil(longestRun)} s (${basisText(measured)})`,
      ...(warning === undefined ? [] : [`warning  ${warning}`]),
      by === "slurm" ? "submits" : "on each machine",
      ...lines.slice(0, MOST_LINES).map((line) => `  ${line}`),
      ...(lines.length > MOST_LINES ? [`  ... and ${lines.length - MOST_LINES} more`] : []),
      last.replace("written", "submitted"),
    ].join("\n")
  );
}

/** What `--detach` left in the queue. */
export function submittedText({ study, folder, tasks, missing, unsent }: Submitted): string {
  if (missing === 0) {
    return `${study}: all runs are stored. The same command without --detach writes tables and charts.\n`;
  }
  return (
    `${study}: ${tasksText(tasks)} in the queue, for ${missing} ${missing === 1 ? "run" : "runs"}.\n` +
    `${unsent > 0 ? `${unsent} more did not fit: the same command submits them later.\n` : ""}` +
    `How far it is: prune-lab status ${folder}\n` +
    "The same command without --detach follows it, and writes tables and charts in the end.\n"
  );
}
