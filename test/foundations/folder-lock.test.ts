import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { linkSync, writeFileSync } from "node:fs";
import fs, { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { hostname } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { folderHolder, LOCK_FILE, lockFolder, SILENT_SECONDS } from "../../src/foundations/folder-lock.ts";
import { temporaryBeside } from "../../src/foundations/leftovers.ts";
import { thisProcess } from "../../src/foundations/processes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ELSEWHERE = "0123456789ab";

const holder = (changes: object) =>
  JSON.stringify({
    token: "t",
    pid: 1,
    host: hostname(),
    start: "1",
    place: thisProcess().place,
    since: "then",
    ...changes,
  });

/** The number of a process that has ended. */
const ended = () => spawnSync(process.execPath, ["--version"]).pid;

/** A folder with a lock in it, last touched so long ago. */
async function lockedFolder(content: string, seconds = 0): Promise<string> {
  const folder = await temporaryFolder();
  const file = path.join(folder, LOCK_FILE);
  await writeFile(file, content);
  const touched = Date.now() / 1000 - seconds;
  await utimes(file, touched, touched);
  return folder;
}

async function takeAndRelease(folder: string): Promise<void> {
  const lock = await lockFolder(folder);
  expect(JSON.parse(await readFile(path.join(folder, LOCK_FILE), "utf8"))).toMatchObject({
    pid: process.pid,
  });
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("the lock of a results folder", () => {
  it("is refused while a living process holds it, and names that process", async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.pid}`);
    expect(await folderHolder(folder)).toContain(`process ${process.pid}`);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
    await takeAndRelease(folder);
  });

  it("is taken over at once from a dead process", async () => {
    await takeAndRelease(await lockedFolder(holder({ pid: ended() })));
  });

  it.runIf(process.platform === "linux")(
    "is taken over when the number went to another process",
    async () => {
      await takeAndRelease(await lockedFolder(holder({ pid: process.ppid, start: "7" })));
    },
  );

  it.runIf(process.platform === "linux")("is taken over from a zombie", async () => {
    // Its parent is a sleep by the time it ends, and never asks how.
    const parent = spawn("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(parent);
    const [output] = (await once(parent.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const pid = Number(output.toString());
    const statOf = async () => (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
    await vi.waitFor(async () => expect((await statOf())[0]).toBe("Z"), 20_000);
    await takeAndRelease(await lockedFolder(holder({ pid, start: (await statOf())[19] })));
  });

  it("is believed when it comes from another machine or container, as long as it is touched", async () => {
    const unseen = holder({ host: "elsewhere", place: ELSEWHERE });
    const folder = await lockedFolder(unseen, SILENT_SECONDS - 30);
    await expect(lockFolder(folder)).rejects.toThrow("on elsewhere");
    await expect(lockFolder(folder)).rejects.toMatchObject({
      hint: expect.stringMatching(/its last sign of life is \d+ seconds old. .* free 120 seconds after that/),
    });
    expect(await readdir(folder)).toEqual([LOCK_FILE]);
    await takeAndRelease(await lockedFolder(unseen, SILENT_SECONDS + 30));
  });

  it.runIf(process.platform === "linux")(
    "is not taken from a process of another PID namespace with the same host name",
    async (context) => {
      const folder = await temporaryFolder();
      const module = path.resolve("dist/foundations/folder-lock.js");
      const code = `const { lockFolder } = await import(${JSON.stringify(module)});
        try { await lockFolder(${JSON.stringify(folder)}); console.log("taken"); } catch (error) { console.log(error.message); }`;
      const lock = await lockFolder(folder);
      const flags = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
      const node = [process.execPath, "--input-type=module", "-e", code];
      const { stdout, status } = spawnSync("unshare", [...flags, ...node], { encoding: "utf8" });
      await lock.release();
      if (status !== 0) context.skip("namespaces cannot be made here");
      expect(stdout).toContain(`in use by process ${process.pid} on ${hostname()}`);
    },
  );

  it("is touched while it is held, and its loss is noticed", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const folder = await temporaryFolder();
      const file = path.join(folder, LOCK_FILE);
      const lock = await lockFolder(folder);
      await utimes(file, 1, 1);
      vi.advanceTimersByTime(10_000);
      const isFresh = async () => expect((await fs.stat(file)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
      await vi.waitFor(isFresh, { timeout: 5000 });
      lock.refuseIfLost();
      await fs.rm(file);
      await writeFile(file, holder({ place: ELSEWHERE }));
      vi.advanceTimersByTime(10_000);
      await vi.waitFor(
        () => expect(() => lock.refuseIfLost()).toThrow("taken over by another process"),
        5000,
      );
      await lock.release();
      expect(await readFile(file, "utf8")).toContain(ELSEWHERE);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is taken over when it is damaged, but not while it is being written", async () => {
    await takeAndRelease(await lockedFolder("{", 60));
    const folder = await lockedFolder("");
    const locking = lockFolder(folder);
    await writeFile(path.join(folder, LOCK_FILE), holder({ ...thisProcess(), token: "other" }));
    await expect(locking).rejects.toThrow("in use by process");
  });

  it("leaves the drafts of living processes, and removes those of dead ones", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, LOCK_FILE);
    const living = path.basename(temporaryBeside(file));
    const dead = living.replace(`.${process.pid}-`, `.${ended()}-`);
    for (const name of [living, dead]) writeFileSync(path.join(folder, name), "");
    writeFileSync(`${file}.t`, holder({ pid: ended() }));
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([living]);
  });

  it.each(["EXDEV", "EMLINK", "ENOTSUP", "EPERM"])("works without hard links (%s)", async (code) => {
    const { link } = fs;
    fs.link = () => Promise.reject(Object.assign(new Error(code), { code }));
    syncBuiltinESMExports();
    try {
      const folder = await lockedFolder(holder({ pid: ended() }));
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await readdir(folder)).toEqual([LOCK_FILE]);
    } finally {
      fs.link = link;
      syncBuiltinESMExports();
    }
  });

  it("goes to exactly one of many who want a dead process's lock at once", async () => {
    const pid = ended();
    for (let round = 0; round < 25; round++) {
      const folder = await lockedFolder(holder({ pid }));
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await readdir(folder)).toEqual([LOCK_FILE]);
    }
  });

  it("goes to exactly one of many processes, with nothing left of the others", async () => {
    const folder = await lockedFolder(holder({ pid: ended() }));
    // What a kill between two steps of taking it leaves: a draft that is the lock itself.
    const draft = path.basename(temporaryBeside(path.join(folder, LOCK_FILE)));
    linkSync(
      path.join(folder, LOCK_FILE),
      path.join(folder, draft.replace(`.${process.pid}-`, `.${ended()}-`)),
    );
    const module = path.resolve("dist/foundations/folder-lock.js");
    const code = `const { lockFolder } = await import(${JSON.stringify(module)});
      try { await lockFolder(${JSON.stringify(folder)}); console.log("taken"); await new Promise((done) => setTimeout(done, 3000)); } catch {}`;
    const outputs = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
        let output = "";
        child.stdout.on("data", (chunk) => {
          output += chunk;
        });
        await once(child, "close");
        return output;
      }),
    );
    expect(outputs.filter((output) => output.includes("taken"))).toHaveLength(1);
    expect(await readdir(folder)).toEqual([LOCK_FILE]);
  });
});
