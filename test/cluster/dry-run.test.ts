import { expect, test } from "vitest";
import { slurmSite } from "../support/slurm-site.ts";

test("where a node is asked first what the engine is there, --dry-run has the line of that too", async () => {
  const slurm = await slurmSite("task: 1m, cpus: 2, constraint: skylake");
  const args = ["--engine", "kernels-native", "--set", "seeds=[0]"];
  const { stdout } = await slurm.sweep([...args, "--dry-run"]);
  expect(stdout).toContain("tasks    1 for 4 runs, in 1 array, and one that asks a node first");
  const planned = [...stdout.matchAll(/^ {2}(sbatch .*)/gm)].map(([, line]) => line);
  expect(await slurm.sweep(args)).toMatchObject({ code: 0 });
  const submitted = await slurm.calls("sbatch");
  expect(planned).toEqual(submitted.map((line) => line.replaceAll(/prune-lab-[0-9a-f]{12}/g, "TOKEN")));
});
