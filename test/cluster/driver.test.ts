import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe as describeInTurn, expect, test as testInTurn, vi } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { packLine, parsePackLine } from "../../src/scheduling/packs/pack-line.ts";
import { runCli } from "../support/cli.ts";
import { slurmSite } from "../support/slurm-site.ts";
import { mountDisk } from "../support/small-disk.ts";
import { SLOWLY } from "../support/tiny-config.ts";

/** The driver and what a node runs, by the real binary; the commands of Slurm are those of test/support/fake-slurm.mjs. */

// They wait for polls and for programs that start, most of the time; each has a site of its own.
const describe = describeInTurn.concurrent;
const test = testInTurn.concurrent;
vi.setConfig({ testTimeout: 180_000 });

const TABLES = ["results.csv", "layers.csv", "summary.csv", "manifest.json", "config.yaml"];

type Site = Awaited<ReturnType<typeof slurmSite>>;

async function expectLocalTables({ folder, lab }: Site) {
  expect(
    await lab(["sweep", "--config", "tiny.yaml", "--no-charts", "--out", "local", "--quiet"]),
  ).toMatchObject({
    code: 0,
  });
  for (const file of TABLES) {
    expect(await readFile(path.join(folder, "out", file), "utf8"), file).toBe(
      await readFile(path.join(folder, "local", file), "utf8"),
    );
  }
}

test("the tables of a sweep on this machine, and nothing else in the folder; what is submitted is what --dry-run says", async () => {
  const slurm = await slurmSite();
  const plan = await slurm.sweep(["--dry-run"]);
  expect(plan.stdout).toContain("core hours expected");
  expect(await slurm.calls("sbatch")).toEqual([]);
  const { code, stderr } = await slurm.sweep();
  expect(stderr).toContain("100%");
  expect(code).toBe(0);
  await expectLocalTables(slurm);
  expect((await readdir(path.join(slurm.folder, "out"))).sort()).toEqual(
    (await readdir(path.join(slurm.folder, "local"))).sort(),
  );
  const planned = plan.stdout.split("\n").flatMap((line) => /^ {2}(sbatch .*)/.exec(line)?.[1] ?? []);
  const submitted = (await slurm.calls("sbatch")).map((line) =>
    line.replaceAll(/prune-lab-[0-9a-f]{12}/g, "TOKEN"),
  );
  expect(submitted).toEqual(planned);
});

test("a site that refuses: its words, what to do, and nothing is submitted", async () => {
  const slurm = await slurmSite();
  const { code, stderr } = await slurm.sweep([], "refuse");
  expect(code).toBe(2);
  expect(stderr).toContain("prune-lab: Slurm refuses: invalid partition specified: nowhere");
  expect(stderr).toContain("Change cluster.yaml");
  expect(await slurm.calls("sbatch")).toHaveLength(1);
  expect(await slurm.sweep()).toMatchObject({ code: 0 });
});

describe("a folder that cannot be written (needs the right to mount)", () => {
  test.for([
    ["is read-only", "ro", "cannot be written: the file system is read-only (EROFS)."],
    ["is on a disk that is full", "size=64k", "is full: the sweep needs about"],
  ] as const)("%s: said, and nothing is submitted", async ([, options, message], context) => {
    const slurm = await slurmSite();
    mountDisk(context, path.join(slurm.folder, "disk"), options);
    const { code, stderr } = await slurm.lab([
      ...["sweep", "--config", "tiny.yaml", "--out", "disk/out", "--on", "slurm"],
    ]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(await slurm.calls("sbatch")).toEqual([]);
  });
});

test("a machine without Slurm's commands", async () => {
  const slurm = await slurmSite();
  const { code, stderr } = await runCli(["sweep", "--config", "tiny.yaml", "--on", "slurm"], {
    cwd: slurm.folder,
    env: { PATH: "/nowhere" },
  });
  expect(code).toBe(2);
  expect(stderr).toContain("is not on the PATH: this machine has none of Slurm's commands.");
});

test.each(["late", "soon"])(
  "an sbatch that works and says that it did not is not called twice, be its tasks %s",
  async (when) => {
    const slurm = await slurmSite();
    const { code, stderr } = await slurm.sweep([], `lose-answer ${when}`);
    expect(stderr).toContain("Slurm takes no more tasks now (Batch job submission failed: Socket timed out");
    expect(code).toBe(0);
    expect(await slurm.calls("sbatch")).toHaveLength(1);
  },
);

test("tasks that are held: said at once, with what lets them go", async () => {
  const slurm = await slurmSite();
  const { code, stderr } = await slurm.sweep([], "hold");
  expect(code).toBe(2);
  expect(stderr).toContain("(JobHeldUser). Let them go: scontrol release 1");
  expect(await slurm.lab(["cancel", "out"])).toMatchObject({ code: 0 });
});

test("gives up after rounds without a new result, with what a task printed last", async () => {
  const slurm = await slurmSite("task: 1s, rounds: 2");
  const { code, stderr } = await slurm.sweep([], "break");
  expect(code).toBe(3);
  expect(stderr).toContain("Gave up after 2 rounds without a new result: 8 of 8 runs are missing.");
  expect(stderr).toContain("nothing works here");
});

test("a node with other data is named and left out", async () => {
  const slurm = await slurmSite(`task: 1m, setup: ['[ "$SLURMD_NODENAME" != n1 ] || cd other']`);
  const other = path.join(slurm.folder, "other", "tiny-digits");
  await cp(path.join(slurm.folder, "tiny-digits"), other, { recursive: true });
  const images = path.join(other, "train-images-idx3-ubyte");
  const bytes = await readFile(images);
  bytes[100] = 255 - (bytes[100] ?? 0);
  await writeFile(images, bytes);
  const { code, stderr } = await slurm.sweep();
  expect(stderr).toContain(
    "n1 does not fit and is left out: The examples of tiny-digits that are here are not those of",
  );
  expect(code).toBe(0);
  expect((await slurm.calls("sbatch")).at(-1)).toContain("--exclude=n1 ");
});

test("tasks that nothing is missing for any more are cancelled", async () => {
  const slurm = await slurmSite();
  expect(await slurm.sweep(["--detach"], "wait")).toMatchObject({ code: 0 });
  const here = ["sweep", "--config", "tiny.yaml", "--no-charts", "--out", "out"];
  expect(await slurm.lab(here)).toMatchObject({ code: 0 });
  expect(await slurm.sweep()).toMatchObject({ code: 0 });
  expect(await slurm.calls("scancel")).toHaveLength(1);
  expect((await slurm.lab(["status", "out"])).stdout).toContain("none of its tasks");
});

test("--detach leaves tasks in the queue; status tells of them, and the same command ends the sweep", async () => {
  const slurm = await slurmSite();
  const submitted = await slurm.sweep(["--detach"], "late");
  expect(submitted.stdout).toMatch(/(1 task is|\d+ tasks are) in the queue, for \d+ runs/);
  expect(submitted.code).toBe(0);
  const status = await slurm.lab(["status", "out"]);
  expect(status.stdout).toMatch(/runs +0 of \d+ are stored\ntasks +\d+ waiting/);
  const calls = (await slurm.calls("sbatch")).length;
  const { code, stderr } = await slurm.sweep();
  expect(stderr).toContain("in the queue already.");
  expect(code).toBe(0);
  expect(await slurm.calls("sbatch")).toHaveLength(calls);
  expect((await slurm.lab(["status", "out"])).stdout).toBe("out: none of its tasks is with a scheduler.\n");
});

describe("a driver that is ended", () => {
  const submitted = (slurm: Site) => async () => (await slurm.calls("sbatch")).length > 0;

  test("Ctrl-C cancels the tasks and keeps what is finished", async () => {
    const slurm = await slurmSite();
    const seed = ["--config", "tiny.yaml", "--no-charts", "--out", "out", "--set", "seeds=[0]"];
    expect(await slurm.lab(["sweep", ...seed, "--quiet"])).toMatchObject({ code: 0 });
    const { code, stderr } = await slurm.endedBy("SIGINT", submitted(slurm));
    expect(stderr).toMatch(/Interrupted: [1-9]\d* of \d+ runs are kept, and the tasks are cancelled\./);
    expect(code).toBe(130);
    expect(await slurm.calls("scancel")).toHaveLength(1);
    expect((await slurm.lab(["status", "out"])).stdout).toContain("none of its tasks");
  });

  test("SIGTERM cancels nothing: says what stays, and how it is followed and cancelled", async () => {
    const slurm = await slurmSite();
    const { code, stderr } = await slurm.endedBy("SIGTERM", submitted(slurm));
    expect(stderr).toMatch(/Interrupted: 0 of 8 runs are kept, and [1-9]\d* tasks? stays? in the queue\./);
    expect(stderr).toMatch(/prune-lab status .*out/);
    expect(stderr).toMatch(/prune-lab cancel .*out/);
    expect(code).toBe(130);
    expect(await slurm.calls("scancel")).toEqual([]);
    expect((await slurm.lab(["status", "out"])).stdout).toMatch(/tasks +\d+ waiting/);
    expect((await slurm.lab(["cancel", "out"])).stdout).toMatch(/out: \d+ tasks? cancelled/);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s while --detach submits cancels nothing, and says what is in the queue",
    async (signal) => {
      const slurm = await slurmSite();
      const { code, stderr } = await slurm.endedBy(
        signal,
        (told) => told.includes("takes no more tasks now"),
        ["--detach"],
        "full",
      );
      expect(stderr).toContain("Interrupted: 0 of 8 runs are kept, and none of its tasks is in the queue.");
      expect(code).toBe(130);
      expect(await slurm.calls("scancel")).toEqual([]);
    },
  );

  test("Ctrl-C before a controller that is away has told of the queue", async () => {
    const slurm = await slurmSite();
    expect(await slurm.sweep(["--detach"], "wait")).toMatchObject({ code: 0 });
    const { code, stderr } = await slurm.endedBy(
      "SIGINT",
      (told) => told.includes("Slurm does not answer"),
      [],
      "wait silent",
    );
    expect(stderr).toContain("but the tasks could not be cancelled (Unable to contact slurm controller).");
    expect(stderr).toMatch(/Cancel them later: prune-lab cancel .*out/);
    expect(code).toBe(130);
    for (const command of ["status", "cancel"]) {
      const away = await slurm.lab([command, "out"], "wait silent");
      expect(away.stderr).toContain("prune-lab: Slurm does not answer (Unable to contact slurm controller).");
      expect(away.code).toBe(3);
    }
    expect((await slurm.lab(["cancel", "out"])).stdout).toMatch(/out: \d+ tasks? cancelled/);
  });
});

describe("tasks that fail", () => {
  /** Lets the system refuse what a task writes into the results, on nodes whose name fits. */
  const refusing = (nodes: string) => {
    const inject = pathToFileURL(path.join(packageRoot, "test", "faults", "inject.mjs")).href;
    const faults = `FAULT_ROOT="$PWD/out/runs" FAULT_COUNT="$PWD/steps" FAULT_STEPS=changes FAULT_AT=1 FAULT_DO=ENOSPC FAULT_LASTS=1`;
    return `task: 1s, setup: ['case $SLURMD_NODENAME in ${nodes}) export NODE_OPTIONS=--import=${inject} ${faults};; esac']`;
  };
  const message = "No space is left on the disk that holds";
  const MORE_SEEDS = [...SLOWLY, "--set", "seeds=[0,1,2]"];
  /** What is stored says how long runs take, here a little longer together than a task: each seed is one then. */
  const storeSeed = async ({ lab, folder }: Site) => {
    expect(
      await lab([
        ...["sweep", "--config", "tiny.yaml", "--no-charts", "--out", "out", ...SLOWLY],
        ...["--set", "seeds=[0]", "--workers", "1"],
      ]),
    ).toMatchObject({ code: 0 });
    const packs = path.join(folder, "out", "runs", "packs");
    for (const name of await readdir(packs)) {
      const file = path.join(packs, name);
      const lines = (await readFile(file, "utf8")).split("\n");
      const runs = lines.filter(isRun).length;
      await writeFile(file, lines.map((line) => (isRun(line) ? timed(line, 1.2 / runs) : line)).join("\n"));
    }
  };
  const isRun = (line: string) => line.startsWith("run1 ");
  const timed = (line: string, seconds: number) => {
    const [, id = ""] = line.split(" ", 2);
    const { timing, ...run } = parsePackLine(Buffer.from(line)) as { readonly timing: object };
    return packLine("run1", id, JSON.stringify({ ...run, timing: { ...timing, seconds } })).trim();
  };

  test("two of them, on one node and with the same words: it is left out", async () => {
    const slurm = await slurmSite(`cpus: 1, ${refusing("n1")}`);
    await storeSeed(slurm);
    const { code, stderr } = await slurm.sweep(MORE_SEEDS);
    expect(stderr).toContain(`A task failed on n1: ${message}`);
    expect(stderr).toContain(`n1 is left out, for a second task failed there: ${message}`);
    expect(code).toBe(0);
    expect((await slurm.calls("sbatch")).at(-1)).toContain("--exclude=n1 ");
  });

  test("two of them, on the only node: what they said, and not that no other node is there", async () => {
    const slurm = await slurmSite(`cpus: 1, ${refusing("*")}`);
    await storeSeed(slurm);
    const { code, stderr } = await slurm.sweep(MORE_SEEDS, "alone");
    expect(stderr).toMatch(
      new RegExp(`^prune-lab: ${message} .*\\nn1 cannot be left out: Slurm refuses`, "m"),
    );
    expect(code).toBe(3);
  });

  test("a run that fails twice with the same words, on the only node", async () => {
    const slurm = await slurmSite(refusing("*"));
    const { code, stderr } = await slurm.sweep(["--set", "seeds=[0]"], "alone");
    expect(stderr).toMatch(
      new RegExp(`^prune-lab: ${message} .*out/runs\\.\\nFree some space, or choose another disk`, "m"),
    );
    expect(code).toBe(3);
    expect((await slurm.lab(["status", "out"])).stdout).toMatch(/tasks +none/);
  });

  test("that can write nothing at all, be it what they tell: what the folder may lack", async () => {
    const slurm = await slurmSite("task: 1s, rounds: 2, setup: ['ulimit -f 0']");
    const { code, stderr } = await slurm.sweep();
    expect(stderr).toContain("Gave up after 2 rounds without a new result: 8 of 8 runs are missing.");
    expect(stderr).toMatch(/Tasks printed nothing: see whether nodes can write .*out/);
    expect(code).toBe(3);
  });
});

test("a disk that a task fills (needs the right to mount)", async (context) => {
  const slurm = await slurmSite("task: 1s, setup: ['head -c 64M /dev/zero >>disk/hog']");
  mountDisk(context, path.join(slurm.folder, "disk"), "size=16m");
  const { code, stderr } = await slurm.lab([
    ...["sweep", "--config", "tiny.yaml", "--no-charts", "--out", "disk/out", "--on", "slurm"],
  ]);
  expect(stderr).toMatch(/^prune-lab: No space is left on the disk that holds .*\nFree some space/m);
  expect(code).toBeOneOf([2, 3]);
  await rm(path.join(slurm.folder, "disk", "hog"));
});

test.each([
  ["time: forever", /cluster\.yaml:1: slurm\.time: a time is needed, such as 90s, 30m, 1h or 2d/],
  ["partitoin: cpu", /slurm\.partitoin: unknown key\. Did you mean 'partition'\?/],
  ["task: 2h, time: 1h", /slurm\.task is 2h and slurm\.time 1h/],
])("cluster.yaml: %s", async (text, message) => {
  const slurm = await slurmSite();
  await writeFile(path.join(slurm.folder, "cluster.yaml"), `slurm: { ${text} }\n`);
  const { code, stderr } = await slurm.sweep(["--dry-run"]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test.each([
  [["--on", "slurm", "--engine", "kernels-native"], "depend on the processor and the compiler"],
  [["--detach"], "--detach needs --on slurm, or redis://HOST."],
  [["--on", "slurm", "--workers", "2"], "cannot be used with option"],
])("%j is refused", async (args, message) => {
  const slurm = await slurmSite();
  const { code, stderr } = await slurm.lab(["sweep", "--config", "tiny.yaml", ...args]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
