import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { slurmSite } from "../support/slurm-site.ts";

/** Limits of a site, by the real binary; the commands of Slurm are those of test/support/fake-slurm.mjs. */

/** How many tasks each sbatch was given. */
async function arraySizes(slurm: Awaited<ReturnType<typeof slurmSite>>): Promise<number[]> {
  return (await slurm.calls("sbatch")).map((line) => {
    const ranges = /--array=([\d,-]+)%/.exec(line)?.[1]?.split(",") ?? [];
    return ranges.reduce((sum, range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return sum + last - first + 1;
    }, 0);
  });
}

test("an array that is more than a site lets into the queue is made smaller until it fits", async () => {
  const slurm = await slurmSite();
  const { code, stderr } = await slurm.sweep(["--set", "seeds=[0,1,2,3,4,5]"], "full=1");
  expect(stderr).toContain("Slurm takes fewer tasks at a time (QOSMaxSubmitJobPerUserLimit");
  expect(code).toBe(0);
  const sizes = await arraySizes(slurm);
  expect(sizes[0]).toBeGreaterThan(1);
  expect(sizes.at(-1)).toBe(1);
});

test("an array has a quarter of the tasks that may be in the queue, so that others follow before it is empty", async () => {
  const slurm = await slurmSite("task: 1s, cpus: 2, queued: 5");
  const { stdout } = await slurm.sweep(["--set", "seeds=[0,1,2,3,4,5,6,7,8,9,10,11]", "--dry-run"]);
  expect([...stdout.matchAll(/--array=(\S+)%/g)].map(([, elements]) => elements)).toEqual(["0-1", "0"]);
});

test("a limit that a task by itself is beyond is a refusal, with what to change", async () => {
  const slurm = await slurmSite();
  const { code, stderr } = await slurm.sweep([], "refuse=QOSMaxCpuPerJobLimit");
  expect(code).toBe(2);
  expect(stderr).toContain("prune-lab: Slurm refuses: QOSMaxCpuPerJobLimit");
  expect(stderr).toContain("Change cluster.yaml: choose fewer cpus, and try: sbatch");
  expect(await slurm.calls("sbatch")).toHaveLength(1);
});

test.each([1, 2])("gives up when tasks were submitted in %i rounds without a new result", async (rounds) => {
  const slurm = await slurmSite(`task: 1s, cpus: 2, rounds: ${rounds}`);
  const { stdout } = await slurm.sweep(["--dry-run"]);
  const perRound = stdout.match(/^ {2}sbatch /gm)?.length ?? 0;
  const { code, stderr } = await slurm.sweep([], "break");
  expect(code).toBe(3);
  expect(stderr).toMatch(new RegExp(`Gave up after ${rounds} rounds? without a new result`));
  expect(await slurm.calls("sbatch")).toHaveLength(rounds * perRound);
});

describe("a run that is expected to take longer than a task may", () => {
  const LONG = ["--set", "train.epochs=2000", "--set", "model.hidden=[2000]", "--set", "seeds=[0]"];

  test("is told by --dry-run, with its time, the limit and what to change", async () => {
    const slurm = await slurmSite();
    await writeFile(path.join(slurm.folder, "cluster.yaml"), "slurm: { time: 2s, task: 1s }\n");
    const { stdout, code } = await slurm.sweep([...LONG, "--dry-run"]);
    expect(stdout).toMatch(
      /^warning {2}Runs are expected to take longer than a task may, time: 2s \(baseline-seed0 \d+ s; a guess/m,
    );
    expect(stdout).toContain("raise time in cluster.yaml.");
    expect(code).toBe(0);
    const { stdout: json } = await slurm.sweep([...LONG, "--dry-run", "--json"]);
    expect(JSON.parse(json).cluster.tooLong).toEqual([
      { run: "baseline-seed0", seconds: expect.any(Number) },
    ]);
  });

  test("and by the sweep", async () => {
    const slurm = await slurmSite();
    await writeFile(path.join(slurm.folder, "cluster.yaml"), "slurm: { time: 2s, task: 1s }\n");
    const { stderr } = await slurm.sweep([...LONG, "--detach"], "wait");
    expect(stderr).toContain("Runs are expected to take longer than a task may, time: 2s");
    expect((await slurm.sweep(["--set", "seeds=[0]", "--dry-run"])).stdout).not.toContain("warning");
  });
});
