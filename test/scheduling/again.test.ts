import { expect, test } from "vitest";
import { againText } from "../../src/scheduling/again.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyConfig } from "../support/tiny-config.ts";

test("what is computed again for its weights alone is told before, with the cost; --dry-run tells it too", async () => {
  const folder = await temporaryFolder();
  await writeTinyConfig(folder);
  const sweep = (...args: string[]) =>
    runInProcess(["sweep", "--config", "tiny", "--no-charts", "--out", "out", ...args], { cwd: folder });
  expect((await sweep("--quiet")).code).toBe(0);
  const told =
    /^6 finished runs are stored without weights, which --checkpoints all needs, and are computed again \(\d+ s of computing the first time\)\. The figures stay the same\.$/m;

  const plan = await sweep("--checkpoints", "all", "--dry-run");
  expect(plan.stdout).toContain("2 of 8 runs are in the folder already");
  expect(plan.stdout.replaceAll(/\n {9}/g, " ")).toMatch(told);
  const facts = JSON.parse((await sweep("--checkpoints", "all", "--dry-run", "--json")).stdout);
  expect(facts).toMatchObject({ stored: 2, again: { runs: 6, forCheckpoints: true } });
  expect((await sweep("--dry-run")).stdout).not.toContain("again");

  const { code, stderr } = await sweep("--checkpoints", "all");
  expect(code).toBe(0);
  expect(stderr).toMatch(told);
  expect(stderr.search(told)).toBeLessThan(stderr.indexOf("seed0"));
  expect((await sweep("--checkpoints", "all")).stderr).not.toContain("again");
});

test.each([
  [
    1,
    0.2,
    "1 finished run is stored without weights, which runs that start from them need, and is computed again (1 s ",
  ],
  [3, 150, "(3 min of computing the first time)"],
  [3, 9000, "(2.5 h of computing the first time)"],
])("%d runs of %d s", (runs, seconds, text) => {
  expect(againText({ runs, seconds, forCheckpoints: false })).toContain(text);
});
