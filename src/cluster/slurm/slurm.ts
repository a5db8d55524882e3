import { execFile } from "node:child_process";
import { inputError, systemErrorCode } from "../../foundations/errors.ts";
import { excerpt } from "../../foundations/quote.ts";
import { shellLine } from "../../foundations/shell-word.ts";
import { type QueueElement, type Scheduler, type Submission, TryLater } from "../scheduler.ts";
import type { SlurmSettings } from "../settings.ts";
import { answerOf, changeFor } from "./answers.ts";
import { parseQueue, SQUEUE_FORMAT, sbatchArguments } from "./lines.ts";

/** How long one of Slurm's commands may take; a controller that is gone lets them wait for long. */
const COMMAND_SECONDS = 120;

/** The longest array of a site whose configuration cannot be asked for: Slurm's own default. */
const DEFAULT_ARRAY = 1001;

/** Slurm's commands. Throws a TryLater for what may pass, and else a PruneLabError that says what Slurm says. */
export const slurm: Scheduler = {
  title: "Slurm",
  address: "slurm",

  /** The most elements of an array; their numbers are below it. */
  async mostElements(): Promise<number> {
    const text = await run("scontrol", ["show", "config"]).catch((error: unknown) => {
      if (error instanceof TryLater) return "";
      throw error;
    });
    return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(text)?.[1] ?? DEFAULT_ARRAY);
  },

  /** Submits an array of tasks, and returns its job's number. */
  async submit(settings: SlurmSettings, submission: Submission): Promise<string> {
    const text = await run("sbatch", sbatchArguments(settings, submission));
    const job = /^(\d+)(;.*)?$/m.exec(text)?.[1];
    if (job === undefined) throw inputError(`sbatch printed no job number, but ${excerpt(text)}.`);
    return job;
  },

  /** The elements of a sweep that the controller knows of, ended ones too. */
  async queue(token: string): Promise<QueueElement[]> {
    const me = process.getuid?.();
    const mine = me === undefined ? [] : [`--user=${me}`];
    return parseQueue(
      await run("squeue", ["-h", "-r", "-t", "all", ...mine, `--name=${token}`, "-o", SQUEUE_FORMAT]),
    );
  },

  /** Takes a sweep's elements away, those that run and those that wait. */
  async cancel(token: string): Promise<void> {
    await run("scancel", [`--name=${token}`]);
  },

  /** Takes single elements away. */
  async remove(elements: readonly Pick<QueueElement, "job" | "index">[]): Promise<void> {
    await run(
      "scancel",
      elements.map(({ job, index }) => `${job}_${index}`),
    );
  },

  excludes: true,

  /** Keeps what waits off these nodes. */
  async exclude(job: string, nodes: readonly string[]): Promise<void> {
    await run("scontrol", ["update", `JobId=${job}`, `ExcNodeList=${nodes.join(",")}`]);
  },

  async remarks() {
    return [];
  },

  /** The controller forgets what has ended by itself. */
  async forget() {},
};

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { timeout: COMMAND_SECONDS * 1000, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(explained(command, args, error, stderr));
      },
    );
  });
}

function explained(command: string, args: readonly string[], error: Error, stderr: string): Error {
  if (systemErrorCode(error) === "ENOENT") {
    return inputError(`${command} is not on the PATH: this machine has none of Slurm's commands.`, {
      hint: "Run this on a login node of the cluster, or without --on slurm.",
    });
  }
  const said = excerpt(
    stderr.trim().replace(new RegExp(`^${command}: (error: )?`, "gm"), "") || error.message,
    400,
  );
  if ("killed" in error && error.killed === true)
    return new TryLater("silent", `${command} does not answer.`);
  const answer = answerOf(stderr);
  if (answer !== "refused") return new TryLater(answer, said);
  const change = changeFor(stderr);
  return inputError(`Slurm refuses: ${said}`, {
    hint: `Change cluster.yaml${change === undefined ? " (prune-lab help sweep)" : `: ${change}`}, and try: ${shellLine([command, ...args])}`,
    cause: error,
  });
}
