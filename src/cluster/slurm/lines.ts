import { shellWord } from "../../foundations/shell-word.ts";
import type { QueueElement, Submission } from "../scheduler.ts";
import { type SlurmSettings, secondsOf } from "../settings.ts";

/** The longest warning before a task's time is over, in which no new run begins. */
const WARNING_SECONDS = 60;

/** The arguments of sbatch, one a line of its own manual. A pure function: `--dry-run` prints the same. */
export function sbatchArguments(settings: SlurmSettings, submission: Submission): string[] {
  const { token, array, indices, atOnce, afterJob, exclude, script, workingFolder, logFolder } = submission;
  const { partition, account, time, cpus, memory, constraint, sbatch } = settings;
  const seconds = secondsOf(time);
  return [
    "--parsable",
    `--job-name=${token}`,
    `--array=${indexRanges(indices)}%${atOnce}`,
    `--time=${clockTime(seconds)}`,
    "--nodes=1",
    "--ntasks=1",
    `--cpus-per-task=${cpus}`,
    `--mem=${memory}`,
    ...(partition === null ? [] : [`--partition=${partition}`]),
    ...(account === null ? [] : [`--account=${account}`]),
    ...(constraint === null ? [] : [`--constraint=${constraint}`]),
    ...(exclude.length === 0 ? [] : [`--exclude=${exclude.join(",")}`]),
    ...(afterJob === undefined ? [] : [`--dependency=aftercorr:${afterJob}`, "--kill-on-invalid-dep=yes"]),
    // A task whose node is lost begins again elsewhere; what it has stored it finds.
    "--requeue",
    "--open-mode=append",
    `--signal=B:USR1@${Math.min(WARNING_SECONDS, Math.floor(seconds / 4))}`,
    `--chdir=${workingFolder}`,
    `--output=${logFolder.replaceAll("%", "%%")}/${array}.%a.log`,
    ...sbatch,
    script,
    String(array),
  ];
}

/** `0-3,7` for 0, 1, 2, 3, 7. */
export function indexRanges(indices: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** Slurm's own way to write a time: days-hours:minutes:seconds. */
export function clockTime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return days === 0 ? clock : `${days}-${clock}`;
}

/**
 * The script of all tasks: `$1` is the array. It becomes the task's program, so that Slurm's signals reach that. Where no
 * Node is found, it says so in the place where the task would tell what it does.
 */
export function taskScript(
  { setup }: Pick<SlurmSettings, "setup">,
  files: {
    readonly node: string;
    readonly program: string;
    readonly folder: string;
    readonly eventsFolder: string;
  },
): string {
  return `#!/bin/bash
# What each task of a sweep on Slurm runs; written by prune-lab.
task=$1.$SLURM_ARRAY_TASK_ID
${setup.join("\n")}
node=${shellWord(files.node)}
[ -x "$node" ] || node=$(command -v node) || {
  printf '{"event":"misfit","node":"%s","message":"it has no Node.js (looked for %s, and for node on the PATH)."}\\n' \\
    "\${SLURMD_NODENAME:-$HOSTNAME}" ${shellWord(files.node)} >>${shellWord(files.eventsFolder)}/"$task".jsonl
  exit 4
}
exec "$node" ${shellWord(files.program)} work ${shellWord(files.folder)} --task "$task"
`;
}

export const SQUEUE_FORMAT = "%F|%K|%T|%N|%r";

/** What `squeue -h -r -o SQUEUE_FORMAT` prints. */
export function parseQueue(text: string): QueueElement[] {
  return text.split("\n").flatMap((line) => {
    const [job, index, state, node, ...reason] = line.trim().split("|");
    if (job === undefined || state === undefined || !/^\d+$/.test(index ?? "")) return [];
    return [{ job, index: Number(index), state, node: node ?? "", reason: reason.join("|") }];
  });
}
