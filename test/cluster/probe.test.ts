import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe as describeInTurn, expect, test as testInTurn, vi } from "vitest";
import { slurmSite } from "../support/slurm-site.ts";

/** The driver by the real binary; the commands of Slurm are those of test/support/fake-slurm.mjs. */

// They wait for polls and for programs that start, most of the time; each has a site of its own.
const describe = describeInTurn.concurrent;
const test = testInTurn.concurrent;
vi.setConfig({ testTimeout: 180_000 });

describe("an engine whose numbers depend on the machine", () => {
  const NATIVE = ["--engine", "kernels-native", "--set", "seeds=[0]"];
  const skylake = () => slurmSite("task: 1m, constraint: skylake");
  const isAsked = (told: string) => told.includes("A node is asked what kernels-native is there (job 1)");

  test("is what it is on a node", async () => {
    const slurm = await skylake();
    // The task that asks stays in the queue until those of the sweep are there.
    const { code, stderr } = await slurm.sweep(NATIVE, "stay");
    expect(isAsked(stderr)).toBe(true);
    expect(stderr).not.toContain("in the queue already");
    expect(code).toBe(0);
    const calls = await slurm.calls("sbatch");
    expect(calls).toHaveLength(2);
    for (const line of calls) expect(line).toContain("--constraint=skylake");
  });

  test("a driver that is killed finds the task that asks: nothing is submitted twice", async () => {
    const slurm = await skylake();
    // Before it has heard of the job's number, and after.
    await slurm.sweep(NATIVE, "late kill-driver");
    expect(await slurm.calls("sbatch")).toHaveLength(1);
    await slurm.endedBy("SIGKILL", (told) => told.includes("is asked already"), NATIVE);
    const { code, stderr } = await slurm.sweep(NATIVE);
    expect(stderr).toContain("A node is asked already what kernels-native is there (job 1).");
    expect(code).toBe(0);
    expect(await slurm.calls("sbatch")).toHaveLength(2);
  });

  test("another constraint asks another node", async () => {
    const slurm = await skylake();
    await slurm.endedBy("SIGKILL", isAsked, NATIVE);
    const file = path.join(slurm.folder, "cluster.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("skylake", "zen4"));
    const { code, stderr } = await slurm.sweep(NATIVE);
    expect(stderr).toContain("A node is asked what kernels-native is there (job 2).");
    expect(code).toBe(0);
    expect(await slurm.calls("scancel")).toHaveLength(1);
    const calls = await slurm.calls("sbatch");
    expect(calls.map((line) => /constraint=(\S+)/.exec(line)?.[1])).toEqual(["skylake", "zen4", "zen4"]);
  });

  test("Ctrl-C while a node is asked cancels that task, and leaves nothing", async () => {
    const slurm = await skylake();
    const { code, stderr } = await slurm.endedBy("SIGINT", isAsked, NATIVE);
    expect(stderr).toContain(
      "Interrupted: nothing new is submitted, and the task that asks a node is cancelled.",
    );
    expect(code).toBe(130);
    expect(await slurm.calls("scancel")).toHaveLength(1);
    expect(await readdir(path.join(slurm.folder, "out"))).toEqual([]);
  });

  test("SIGTERM while a node is asked leaves that task, which can be cancelled", async () => {
    const slurm = await skylake();
    const { code, stderr } = await slurm.endedBy("SIGTERM", isAsked, NATIVE);
    expect(stderr).toContain("Interrupted: the task that asks a node (job 1) stays in the queue.");
    expect(stderr).toMatch(/prune-lab cancel .*out/);
    expect(code).toBe(130);
    expect(await slurm.calls("scancel")).toEqual([]);
    expect((await slurm.lab(["cancel", "out"])).stdout).toBe(
      "out: 1 task cancelled. Finished runs are kept.\n",
    );
    expect(await slurm.calls("scancel")).toHaveLength(1);
  });

  test("a node that cannot compute with it costs a sweep of another engine none of its tasks", async () => {
    const slurm = await skylake();
    const anew = [...NATIVE, "--fresh"];
    expect(await slurm.sweep(["--detach"], "wait")).toMatchObject({ code: 0 });
    const before = (await slurm.lab(["status", "out"])).stdout;
    const { code, stderr } = await slurm.sweep(anew, "break");
    expect(stderr).toContain("ended without an answer.");
    expect(stderr).toContain("nothing works here");
    expect(code).toBe(3);
    expect((await slurm.lab(["status", "out"])).stdout).toBe(before);
    // What the first one answered is not taken for the second one's.
    const again = await slurm.sweep(anew);
    expect(again.stderr).toContain("A node is asked what kernels-native is there (job 3).");
    expect(again.stderr).not.toContain("without an answer");
  });

  test("a folder with results of another engine is refused before a node is asked", async () => {
    const slurm = await skylake();
    const here = ["sweep", "--config", "tiny.yaml", "--no-charts", "--out", "out", "--set", "seeds=[0]"];
    expect(await slurm.lab(here)).toMatchObject({ code: 0 });
    const before = await readFile(path.join(slurm.folder, "out", "manifest.json"), "utf8");
    const { code, stderr } = await slurm.sweep(NATIVE, "wait");
    expect(stderr).toContain('  engine.name: "reference" there, "kernels-native" now');
    expect(stderr).toContain("Continue it with --engine reference, choose another folder with --out,");
    expect(code).toBe(2);
    expect(await slurm.calls("sbatch")).toEqual([]);
    expect(await readFile(path.join(slurm.folder, "out", "manifest.json"), "utf8")).toBe(before);
    expect(await slurm.sweep([...NATIVE, "--fresh"])).toMatchObject({ code: 0 });
  });

  describe("--dry-run", () => {
    /** The lines of sbatch that a plan has, and whether it says that a node is asked. */
    const planOf = async ({ sweep }: Awaited<ReturnType<typeof skylake>>, mode = "") => {
      const { code, stdout } = await sweep([...NATIVE, "--dry-run"], mode);
      expect(code).toBe(0);
      const lines = [...stdout.matchAll(/^ {2}(sbatch .*)/gm)].map(([, line]) => line);
      return { lines, asks: stdout.includes(", and one that asks a node first") };
    };

    test("has the line of the task that asks a node", async () => {
      const slurm = await skylake();
      const { lines, asks } = await planOf(slurm);
      expect(asks).toBe(true);
      expect(await slurm.sweep(NATIVE)).toMatchObject({ code: 0 });
      const submitted = await slurm.calls("sbatch");
      expect(lines).toEqual(submitted.map((line) => line.replaceAll(/prune-lab-[0-9a-f]{12}/g, "TOKEN")));
    });

    test("has none where that task waits already", async () => {
      const slurm = await skylake();
      await slurm.endedBy("SIGKILL", isAsked, NATIVE);
      const one = [expect.stringContaining("sbatch")];
      expect(await planOf(slurm)).toEqual({ lines: one, asks: false });
      // Of a queue that cannot be seen nothing is known.
      expect(await planOf(slurm, "silent")).toEqual({ lines: [...one, ...one], asks: true });
      expect(await slurm.calls("sbatch")).toHaveLength(1);
    });

    test("has none where the node has answered, or a plan has the answer", async () => {
      const slurm = await skylake();
      await slurm.endedBy("SIGKILL", isAsked, NATIVE, "");
      const ended = path.join(slurm.folder, "slurm", "ended_1_0");
      while (!existsSync(ended)) await sleep(50);
      expect(await planOf(slurm)).toMatchObject({ asks: false });
      expect(await slurm.sweep([...NATIVE, "--detach"], "wait")).toMatchObject({ code: 0 });
      expect(await slurm.calls("sbatch")).toHaveLength(2);
      expect(await planOf(slurm)).toMatchObject({ asks: false });
    });
  });
});
