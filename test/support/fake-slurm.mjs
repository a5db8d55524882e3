// Stands in for Slurm's commands in tests: one task at a time, in a process of its own, on nodes n1 and n2.
// Usage: node fake-slurm.mjs sbatch|squeue|scancel|scontrol ARGUMENTS, with
//   FAKE_SLURM       folder of its jobs, and of calls.log: what it was called with
//   FAKE_SLURM_MODE  some of: refuse (sbatch ends with an error), refuse=REASON (with a limit that a job by itself is beyond),
//                    full (it takes none), full=N (at most N elements are queued at once), lose-answer (the first sbatch
//                    works and says it did not), hold (jobs wait for ever), break (tasks end at once), late (tasks begin
//                    when squeue was called three times), soon (tasks have ended when sbatch ends), wait (jobs stay
//                    behind others), stay (a task ends when sbatch was called twice), kill-driver (sbatch works, and kills
//                    who called it), silent (squeue and scancel do not reach the controller), alone (there is no node but n1)
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const [command, ...args] = process.argv.slice(2);
const folder = process.env.FAKE_SLURM;
const modes = (process.env.FAKE_SLURM_MODE ?? "").split(" ");
const is = (mode) => modes.includes(mode);
const limitOf = (mode) => modes.find((each) => each.startsWith(`${mode}=`))?.slice(mode.length + 1);
const file = (...parts) => path.join(folder, parts.join("_"));
const flag = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
appendFileSync(file("calls.log"), `${[command, ...args].join(" ")}\n`);

const fail = (...lines) => {
  for (const line of lines) console.error(`${command}: error: ${line}`);
  process.exit(1);
};
const beyond = (reason) =>
  fail(
    reason,
    "Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
  );
const jobs = () =>
  readdirSync(folder)
    .filter((name) => /^job_\d+$/.test(name))
    .map((name) => JSON.parse(readFileSync(file(name), "utf8")));
if (is("silent") && ["squeue", "scancel"].includes(command)) fail("Unable to contact slurm controller");
const stateOf = ({ id, held }, index) => {
  if (existsSync(file("cancelled", id))) {
    if (!existsSync(file("ended", id, index))) return "CANCELLED";
  }
  if (existsSync(file("ended", id, index)))
    return readFileSync(file("ended", id, index), "utf8").trim() === "0" ? "COMPLETED" : "FAILED";
  return !held && existsSync(file("began", id, index)) ? "RUNNING" : "PENDING";
};
const isQueued = (job, index) => ["PENDING", "RUNNING"].includes(stateOf(job, index));

switch (command) {
  case "sbatch": {
    if (is("refuse")) fail("invalid partition specified: nowhere");
    if (limitOf("refuse")) beyond(limitOf("refuse"));
    const id = jobs().length + 1;
    const indices = flag("array")
      .split("%")[0]
      .split(",")
      .flatMap((range) => {
        const [first, last = first] = range.split("-").map(Number);
        return Array.from({ length: last - first + 1 }, (_, i) => first + i);
      });
    const queued = jobs().flatMap((job) => job.indices.filter((index) => isQueued(job, index)));
    const most = is("full") ? 0 : Number(limitOf("full") ?? Number.POSITIVE_INFINITY);
    if (queued.length + indices.length > most) beyond("QOSMaxSubmitJobPerUserLimit");
    const nodes = is("alone") ? ["n1"] : ["n1", "n2"];
    const node = nodes.find((name) => !(flag("exclude") ?? "").split(",").includes(name));
    if (node === undefined)
      fail("Batch job submission failed: Requested node configuration is not available");
    const held = is("hold");
    // 600 times at most: nothing stays when a test has failed.
    const wait = (name, times) =>
      `for i in $(seq 600); do [ $(grep -c ^${name} ${file("calls.log")}) -ge ${times} ] && break; sleep 0.1; done`;
    const [script, array] = args.slice(-2);
    const body = is("break")
      ? "echo nothing works here"
      : `bash ${script} ${array}${is("stay") ? `; ${wait("sbatch", 2)}` : ""}`;
    const loop = indices
      .map(
        (index) =>
          `touch ${file("began", id, index)}; SLURM_ARRAY_TASK_ID=${index} SLURM_CPUS_PER_TASK=2 SLURMD_NODENAME=${node} ` +
          `sh -c '${body}' >${flag("output").replace("%a", index)} 2>&1; echo $? >${file("ended", id, index)}`,
      )
      .join("\n");
    const child =
      held || is("wait")
        ? undefined
        : spawn("sh", ["-c", is("late") ? `${wait("squeue", 3)}\n${loop}` : loop], {
            ...{ detached: true, stdio: "ignore", cwd: flag("chdir") },
          });
    if (is("soon")) await once(child, "exit");
    child?.unref();
    writeFileSync(
      file("job", id),
      JSON.stringify({ id, name: flag("job-name"), indices, node, held, pid: child?.pid }),
    );
    if (is("lose-answer") && id === 1)
      fail("Batch job submission failed: Socket timed out on send/recv operation");
    if (is("kill-driver")) process.kill(process.ppid, "SIGKILL");
    console.log(id);
    break;
  }
  case "squeue":
    for (const job of jobs().filter(({ name }) => name === flag("name"))) {
      for (const index of job.indices) {
        const state = stateOf(job, index);
        const reason = state === "PENDING" ? (job.held ? "JobHeldUser" : "Priority") : "None";
        console.log([job.id, index, state, state === "RUNNING" ? job.node : "", reason].join("|"));
      }
    }
    break;
  case "scancel":
    for (const { id, pid } of jobs().filter(({ name }) => name === flag("name"))) {
      mkdirSync(file("cancelled", id), { recursive: true });
      try {
        if (pid !== undefined) process.kill(-pid, "SIGTERM");
      } catch {
        // It has ended.
      }
    }
    break;
  case "scontrol":
    if (args[0] === "show") console.log("MaxArraySize            = 1001");
    break;
}
