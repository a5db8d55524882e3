import { lstat, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { slurmSite } from "../support/slurm-site.ts";

const slurm = await siteWithLeftovers();

/** Results of one seed, tasks in the queue, and in each store a file that a killed process had still to remove. */
async function siteWithLeftovers() {
  const site = await slurmSite();
  const seed = ["--config", "tiny.yaml", "--no-charts", "--quiet", "--set", "seeds=[0]"];
  for (const folder of ["out", "batch/tiny"]) await site.lab(["sweep", ...seed, "--out", folder]);
  await site.sweep(["--detach"], "wait");
  for (const folder of ["out", "batch/tiny"]) {
    const runs = path.join(site.folder, folder, "runs");
    const [baseline = ""] = (await readdir(runs)).filter((name) => name !== "packs");
    await writeFile(path.join(runs, baseline, "optimizer.safetensors"), "left");
  }
  return site;
}

/** Everything there, with when it was changed, but what the stand-in for Slurm writes itself. */
async function filesOf(folder: string): Promise<string[]> {
  const names = [".", ...(await readdir(folder, { recursive: true }))];
  const states = names
    .filter((name) => !/^slurm(\/|$)/.test(name))
    .map(async (name) => {
      const { mtimeNs, size } = await lstat(path.join(folder, name), { bigint: true });
      return `${name} ${size} ${mtimeNs}`;
    });
  return (await Promise.all(states)).sort();
}

test.each([
  ["status", ["status", "out"], /runs +4 of 8 are stored/],
  [
    "sweep --dry-run",
    ["sweep", "--config", "tiny.yaml", "--out", "out", "--dry-run"],
    /Nothing was computed/,
  ],
  [
    "sweep --on slurm --dry-run",
    ["sweep", "--config", "tiny.yaml", "--out", "out", "--on", "slurm", "--dry-run"],
    /tasks +\d for 4 runs/,
  ],
  ["batch --dry-run", ["batch", "tiny.yaml", "--out", "batch", "--dry-run"], /Nothing was computed/],
])("%s only reads, also where a killed process has left something to tidy", async (_, args, told) => {
  const before = await filesOf(slurm.folder);
  expect(before.filter((line) => line.includes("optimizer.safetensors"))).toHaveLength(2);
  const { code, stdout } = await slurm.lab(args);
  expect(code).toBe(0);
  expect(stdout).toMatch(told);
  expect(await filesOf(slurm.folder)).toEqual(before);
});
