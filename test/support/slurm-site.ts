import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../../src/foundations/paths.ts";
import { BINARY, type CliResult, runCli } from "./cli.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { writeTinyConfig } from "./tiny-config.ts";

const FAKE = path.join(packageRoot, "test", "support", "fake-slurm.mjs");

/** A folder with a tiny config, tasks of one run or few, and commands of Slurm in front of the PATH. */
export async function slurmSite(cluster = "task: 1s, cpus: 2") {
  const folder = await temporaryFolder();
  await writeTinyConfig(folder);
  await writeFile(path.join(folder, "cluster.yaml"), `slurm: { time: 2m, ${cluster} }\n`);
  for (const name of ["sbatch", "squeue", "scancel", "scontrol"]) {
    await mkdir(path.join(folder, "bin"), { recursive: true });
    const file = path.join(folder, "bin", name);
    await writeFile(file, `#!/bin/sh\nexec "${process.execPath}" "${FAKE}" ${name} "$@"\n`);
    await chmod(file, 0o755);
  }
  await mkdir(path.join(folder, "slurm"));
  const environment = (mode: string) => ({
    PATH: `${path.join(folder, "bin")}:${process.env.PATH}`,
    FAKE_SLURM: path.join(folder, "slurm"),
    FAKE_SLURM_MODE: mode,
  });
  const lab = (args: readonly string[], mode = ""): Promise<CliResult> =>
    runCli(args, { cwd: folder, env: environment(mode) });
  /** What a command was called with. */
  const calls = async (command: string) =>
    (await readFile(path.join(folder, "slurm", "calls.log"), "utf8").catch(() => ""))
      .split("\n")
      .filter((line) => line.startsWith(`${command} `));
  return {
    folder,
    environment,
    lab,
    sweep: (args: readonly string[] = [], mode = "") =>
      lab(["sweep", "--config", "tiny.yaml", "--no-charts", "--out", "out", "--on", "slurm", ...args], mode),
    calls,
    /** A sweep that a test ends: `ends` resolves as soon as `isTime` holds, it got the signal and has ended. */
    endedBy: async (
      signal: NodeJS.Signals,
      isTime: (told: string) => boolean | Promise<boolean>,
      args: readonly string[] = [],
      mode = "wait",
    ) => {
      const child = execFile(
        process.execPath,
        [
          ...[BINARY, "sweep", "--config", "tiny.yaml", "--no-charts", "--out", "out", "--on", "slurm"],
          ...args,
        ],
        { cwd: folder, env: { ...process.env, ...environment(mode) } },
      );
      let stderr = "";
      child.stderr?.on("data", (text: string) => {
        stderr += text;
      });
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      while (!(await isTime(stderr)) && child.exitCode === null) await sleep(50);
      child.kill(signal);
      return { code: await ended, stderr };
    },
  };
}
