import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { runCli } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { writeTinyConfig } from "../../support/tiny-config.ts";

/** What is refused before any task; `.ci/redis.sh` has a server, workers and kills. */

/** An address of this machine at which nothing answers. */
async function silentAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

async function tinyFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await writeTinyConfig(folder);
  return folder;
}

const sweep = (on: string) => ["sweep", "--config", "tiny.yaml", "--no-charts", "--out", "out", "--on", on];

test("a server that does not answer is wrong input, for sweep and worker; its password is not told", async () => {
  const cwd = await tinyFolder();
  const address = await silentAddress();
  for (const args of [
    sweep(`redis://ann:secret@${address}`),
    ["worker", `redis://ann:secret@${address}`, "--results", "."],
  ]) {
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(`Redis at redis://ann@${address}/0 does not answer`);
    expect(stderr).toContain("redis-server");
    expect(stdout + stderr).not.toContain("secret");
  }
  expect(await readdir(cwd)).not.toContain("out");
});

test("no scheduler, and no folder", async () => {
  const cwd = await tinyFolder();
  const other = await runCli(sweep("http://:secret@host"), { cwd });
  expect(other).toMatchObject({ code: 2 });
  expect(other.stderr).toContain("--on slurm, or --on redis://HOST:6379");
  expect(other.stdout + other.stderr).not.toContain("secret");
  const nowhere = await runCli(["worker", "redis://127.0.0.1", "--results", "nowhere"], { cwd });
  expect(nowhere).toMatchObject({ code: 2 });
  expect(nowhere.stderr).toContain("nowhere is no folder here");
});

test("--dry-run says what to run on each machine, and asks no server", async () => {
  const cwd = await tinyFolder();
  const { code, stdout } = await runCli([...sweep(`redis://:secret@${await silentAddress()}`), "--dry-run"], {
    cwd,
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /on each machine\n {2}prune-lab worker redis:\/\/127\.0\.0\.1:\d+\/0 --results .*out\n/,
  );
  expect(stdout).not.toContain("secret");
});
