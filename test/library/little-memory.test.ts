import { readFile } from "node:fs/promises";
import path from "node:path";
import v8 from "node:v8";
import { afterEach, expect, it, vi } from "vitest";
import { report } from "../../src/library/report.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const root = await temporaryFolder();
const out = path.join(root, "out");

/** As much memory as there is room for some rows, and not for what is drawn of them. */
function giveMemory(bytes: number): void {
  vi.spyOn(v8, "getHeapStatistics").mockReturnValue({ ...v8.getHeapStatistics(), heap_size_limit: bytes });
}

afterEach(() => vi.restoreAllMocks());

it("has tables and no charts where these do not fit, and says what draws them", async () => {
  const study = await tinyStudy(root);
  await runIn(path.join(root, "roomy"), study, { charts: true });
  const whole = await filesOf(path.join(root, "roomy"));

  giveMemory(40_000);
  const { events, outcome } = await runIn(out, study, { charts: true });
  const messages = events.flatMap((event) => (event.event === "notice" ? [event.message] : []));
  expect(messages).toContainEqual(
    expect.stringMatching(
      /^No charts: charts and report of so many rows take about .+ NODE_OPTIONS=--max-old-space-size=\d+ prune-lab report .+out draws them\.$/,
    ),
  );
  expect(outcome.charts).toBe(false);
  const files = await filesOf(out);
  expect([...files.keys()].filter((name) => /charts|report/.test(name))).toEqual([]);
  expect(files.get("results.csv")).toBe(whole.get("results.csv"));
  expect(files.get("layers.csv")).toBe(whole.get("layers.csv"));

  await expect(report([out])).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining(`${out}: charts and report of so many rows take about `),
    hint: expect.stringMatching(/NODE_OPTIONS=--max-old-space-size=\d+ prune-lab report/),
  });

  vi.restoreAllMocks();
  await report([out]);
  expect(await readFile(path.join(out, "report.html"), "utf8")).toBe(
    await readFile(path.join(root, "roomy", "report.html"), "utf8"),
  );
});

it("is refused where not even its runs fit", async () => {
  giveMemory(4000);
  await expect(runIn(path.join(root, "none"), await tinyStudy(root))).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining("The study has more than 1 runs"),
  });
});
