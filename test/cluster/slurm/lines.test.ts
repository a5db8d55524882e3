import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { clusterSchema } from "../../../src/cluster/settings.ts";
import {
  clockTime,
  indexRanges,
  parseQueue,
  sbatchArguments,
  taskScript,
} from "../../../src/cluster/slurm/lines.ts";
import { shellLine } from "../../../src/foundations/shell-word.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const folder = await temporaryFolder();

const submission = {
  token: "prune-lab-0123456789ab",
  array: 3,
  indices: [0, 1, 2, 5],
  atOnce: 200,
  afterJob: undefined,
  exclude: [],
  script: "/shared/r/.cluster/t/task.sh",
  workingFolder: "/home/me",
  logFolder: "/shared/r/.cluster/t/logs",
};

test("the line of an array by default", () => {
  const { slurm } = clusterSchema.parse({});
  expect(shellLine(["sbatch", ...sbatchArguments(slurm, submission)])).toBe(
    "sbatch --parsable --job-name=prune-lab-0123456789ab --array=0-2,5%200 --time=01:00:00 --nodes=1 --ntasks=1 " +
      "--cpus-per-task=4 --mem=4G --requeue --open-mode=append --signal=B:USR1@60 --chdir=/home/me " +
      "--output=/shared/r/.cluster/t/logs/3.%a.log /shared/r/.cluster/t/task.sh 3",
  );
});

test("everything that cluster.yaml says, and what waits", () => {
  const { slurm } = clusterSchema.parse({
    slurm: {
      partition: "cpu",
      account: "lab",
      time: "2m",
      cpus: 2,
      memory: "800M",
      constraint: "skylake",
      sbatch: ["--qos=low", "--comment=a b"],
    },
  });
  const line = shellLine(sbatchArguments(slurm, { ...submission, afterJob: "17", exclude: ["n1", "n7"] }));
  expect(line).toContain(
    "--mem=800M --partition=cpu --account=lab --constraint=skylake --exclude=n1,n7 " +
      "--dependency=aftercorr:17 --kill-on-invalid-dep=yes --requeue --open-mode=append --signal=B:USR1@30",
  );
  expect(line).toContain("--qos=low '--comment=a b' /shared");
});

test("a folder with a percent sign is no pattern of Slurm's", () => {
  const { slurm } = clusterSchema.parse({});
  const words = sbatchArguments(slurm, { ...submission, logFolder: "/shared/100%/logs" });
  expect(words).toContain("--output=/shared/100%%/logs/3.%a.log");
});

test("numbers as ranges, times as Slurm writes them", () => {
  expect(indexRanges([4])).toBe("4");
  expect(indexRanges([0, 1, 3, 4, 9])).toBe("0-1,3-4,9");
  expect([90, 3600, 172_800 + 61].map(clockTime)).toEqual(["00:01:30", "01:00:00", "2-00:01:01"]);
});

test("squeue's lines", () => {
  const queue = parseQueue(
    "13|0|RUNNING|n2|None\n13|1|PENDING||(launch failed requeued held)\n14|N/A|RUNNING|n1|None\n\n",
  );
  expect(queue).toEqual([
    { job: "13", index: 0, state: "RUNNING", node: "n2", reason: "None" },
    { job: "13", index: 1, state: "PENDING", node: "", reason: "(launch failed requeued held)" },
  ]);
});

test("a node without Node.js tells so where a task tells what it does", async () => {
  const events = path.join(folder, "events");
  const bin = path.join(folder, "bin");
  await mkdir(events);
  await mkdir(bin);
  const script = path.join(folder, "task.sh");
  await writeFile(
    script,
    taskScript(
      { setup: [`PATH=${bin}`] },
      { node: "/nowhere/node", program: "/p.js", folder: "/r", eventsFolder: events },
    ),
  );
  await chmod(script, 0o755);
  const env = { ...process.env, SLURM_ARRAY_TASK_ID: "7", SLURMD_NODENAME: "n9" };
  await expect(promisify(execFile)("/bin/bash", [script, "2"], { env })).rejects.toMatchObject({ code: 4 });
  expect(JSON.parse(await readFile(path.join(events, "2.7.jsonl"), "utf8"))).toEqual({
    event: "misfit",
    node: "n9",
    message: "it has no Node.js (looked for /nowhere/node, and for node on the PATH).",
  });
});
