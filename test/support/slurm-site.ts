import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../src/foundations/paths.ts";
import { type CliResult, runCli } from "./cli.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { writeTinyConfig } from "./tiny-config.ts";

const FAKE = path.join(packageRoot, "test", "support", "fake-slurm.mjs");

/** A folder with a tiny config, tasks of one run or few, and commands of Slurm in front of the PATH. */
export async function slurmSite(cluster = "task: 1s") {
  const folder = await temporaryFolder();
  await writeTinyConfig(folder);
  await writeFile(path.join(folder, "cluster.yaml"), `slurm: { time: 2m, cpus: 2, ${cluster} }\n`);
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
  return {
    folder,
    environment,
    lab,
    sweep: (args: readonly string[] = [], mode = "") =>
      lab(["sweep", "--config", "tiny.yaml", "--no-charts", "--out", "out", "--on", "slurm", ...args], mode),
    /** What a command was called with. */
    calls: async (command: string) =>
      (await readFile(path.join(folder, "slurm", "calls.log"), "utf8").catch(() => ""))
        .split("\n")
        .filter((line) => line.startsWith(`${command} `)),
  };
}
