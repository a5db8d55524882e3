import { existsSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { merge } from "../../src/library/merge.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

test.each(["../../evil", "/evil", "..", ".", "a/b", "", "a\nb"])(
  "a part whose table names the sweep %j is refused: nothing is written elsewhere",
  async (study) => {
    const root = await temporaryFolder();
    const part = path.join(root, "parts", "part");
    await mkdir(part, { recursive: true });
    await writeFile(path.join(part, "batch-summary.csv"), `study,state\n"${study}",done\n`);
    const merging = merge(path.join(root, "out", "deep", "o"), [part]);
    await expect(merging).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining("batch-summary.csv names a sweep '"),
    });
    expect(existsSync(path.join(root, "out"))).toBe(false);
  },
);

test("a whole results folder under such a name does not get out either", async () => {
  const root = await temporaryFolder();
  const part = path.join(root, "parts", "part");
  const options = await tinyStudy(root);
  await runIn(path.join(root, "evil"), options);
  await mkdir(part, { recursive: true });
  await cp(path.join(root, "evil"), path.join(part, "evil"), { recursive: true });
  await writeFile(path.join(part, "batch-summary.csv"), "study,state\n../../evil,done\n");
  await expect(merge(path.join(root, "out", "deep", "o"), [part])).rejects.toMatchObject({ kind: "input" });
  expect(existsSync(path.join(root, "out"))).toBe(false);
});

test("a summary that is no table is told", async () => {
  const part = await temporaryFolder();
  await writeFile(path.join(part, "batch-summary.csv"), 'study,state\n"a\n');
  await expect(merge(`${part}-out`, [part])).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining("batch-summary.csv is no table"),
  });
});
