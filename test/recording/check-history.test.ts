import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { appendRun, isRepeated, readHistory } from "../../src/recording/check-history.ts";
import { historyRun } from "../support/history-runs.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const at = (name: string) => path.join(folder, name);
const line = (value: unknown) => `${JSON.stringify(value)}\n`;

describe("a history", () => {
  test("is read as it was written, a line a run", async () => {
    const runs = [historyRun({ "0.9": 93 }), historyRun({ "0.9": 92 }, { commit: "abc" })];
    expect(await readHistory(at("history.jsonl"))).toEqual([]);
    for (const run of runs) await appendRun(at("history.jsonl"), run);
    expect(await readHistory(at("history.jsonl"))).toEqual(runs);
    expect((await readFile(at("history.jsonl"), "utf8")).trimEnd().split("\n")).toHaveLength(2);
  });

  test("keeps every line of runs that end at the same time", async () => {
    const runs = Array.from({ length: 20 }, (_, i) => historyRun({ "0.9": i }));
    await Promise.all(runs.map((run) => appendRun(at("many.jsonl"), run)));
    expect(await readHistory(at("many.jsonl"))).toHaveLength(20);
  });

  test.each([
    [
      "a results table",
      "study,dataset,test_examples\na,b,1\n",
      "line 1: not a run that check recorded (it is not JSON)",
    ],
    ["another log", line({ level: 30, msg: "hello" }), "line 1: not a run"],
    [
      "a damaged line",
      line(historyRun({ "0.9": 93 })) + line({ ...historyRun({ "0.9": 93 }), curves: [] }),
      "line 2: not a run that check recorded (curves:",
    ],
    [
      "a sparsity above 1",
      line(historyRun({ "1.5": 93 })),
      "line 1: not a run that check recorded (curves.0.points.0.0:",
    ],
    [
      "a line that is cut off",
      line(historyRun({ "0.9": 93 })).slice(0, -20),
      "line 1: not a run that check recorded (the line is cut off)",
    ],
    ["an empty line", `${line(historyRun({ "0.9": 93 }))}\n`, "line 2: not a run"],
  ])("refuses %s, with the line", async (name, content, message) => {
    const file = at(name.replaceAll(" ", "-"));
    await writeFile(file, content);
    await expect(readHistory(file)).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(`${file}, ${message}`),
    });
  });

  test("refuses a folder", async () => {
    await mkdir(at("folder"));
    await expect(readHistory(at("folder"))).rejects.toMatchObject({ kind: "input" });
  });
});

describe("isRepeated", () => {
  const [a, b] = [historyRun({ "0.9": 93 }, { commit: "one" }), historyRun({ "0.9": 92 }, { commit: "two" })];

  test("the figures of the last run, or a commit again, are nothing new", () => {
    expect(isRepeated(a, [])).toBe(false);
    expect(isRepeated({ ...a, commit: "three" }, [a])).toBe(true);
    expect(isRepeated(a, [a, b])).toBe(true);
    expect(isRepeated({ ...a, commit: null }, [a, b])).toBe(true);
  });

  test("figures that return with another commit are new, and so are those of other seeds", () => {
    expect(isRepeated({ ...a, commit: "revert" }, [a, b])).toBe(false);
    expect(isRepeated({ ...a, subject: { ...a.subject, seeds: [9] } }, [a])).toBe(false);
  });
});
