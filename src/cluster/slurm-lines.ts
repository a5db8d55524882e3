import { shellWord } from "../foundations/shell-word.ts";
import type { SlurmSettings } from "./settings.ts";
import { secondsOf } from "./settings.ts";
import { changeFor } from "./slurm-answers.ts";

/** What sbatch is told of an array of tasks, beside where tasks go. */
export interface Submission {
  /** The name of all jobs of a sweep. */
  readonly token: string;
  /** What is put before the number of an element, to name a task. */
  readonly array: number;
  /** The numbers of its elements. */
  readonly indices: readonly number[];
  /** The most of them that run at a time. */
  readonly atOnce: number;
  /** The job whose element of the same number has to end well first. */
  readonly afterJob: string | undefined;
  /** Nodes that do not fit. */
  readonly exclude: readonly string[];
  /** The shell script that each task runs, and where it runs. */
  readonly script: string;
  readonly workingFolder: string;
  readonly logFolder: string;
}

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

/** A command as a shell takes it. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
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

/** An element of an array, as squeue tells of it. */
export interface QueueElement {
  readonly job: string;
  readonly index: number;
  /** PENDING, RUNNING, ... */
  readonly state: string;
  /** Why it waits, or how it ended. */
  readonly reason: string;
  /** Where it runs; empty for one that waits. */
  readonly node: string;
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

/** States of an element that may still do something. */
const ENDED =
  /^(BOOT_FAIL|CANCELLED|COMPLETED|DEADLINE|FAILED|NODE_FAIL|OUT_OF_MEMORY|PREEMPTED|REVOKED|TIMEOUT)$/;

export function isActive({ state }: QueueElement): boolean {
  return !ENDED.test(state);
}

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
