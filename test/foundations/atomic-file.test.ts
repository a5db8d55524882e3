import { spawnSync } from "node:child_process";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../src/foundations/atomic-file.ts";
import { ABANDONED_SECONDS, temporaryBeside } from "../../src/foundations/leftovers.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("writing a file at once", () => {
  it("removes what an earlier attempt at the same file left when it was killed, and nothing else", async () => {
    const folder = await temporaryFolder();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const unfinished = (name: string) => path.basename(temporaryBeside(path.join(folder, name)));
    const ended = (name: string) => unfinished(name).replace(`.${process.pid}-`, `.${pid}-`);
    const elsewhere = (name: string) => unfinished(name).replace(/-[0-9a-f]{12}\./, "-0123456789ab.");
    const [dead, living, unseen, silent] = ["both.html", "both.html", "both.html", "both.html"].map(
      (name, i) => [ended, unfinished, elsewhere, elsewhere][i]?.(name) ?? "",
    ) as [string, string, string, string];
    const others = [ended("other.html"), ".both.html.mine.tmp", "both.html.tmp"];
    for (const name of [dead, living, unseen, silent, ...others]) {
      await writeFile(path.join(folder, name), "half");
    }
    const long = Date.now() / 1000 - ABANDONED_SECONDS - 5;
    await utimes(path.join(folder, silent), long, long);

    await writeFileAtomic(path.join(folder, "both.html"), "whole");
    expect((await readdir(folder)).sort()).toEqual([...others, living, unseen, "both.html"].sort());
    expect(await readFile(path.join(folder, "both.html"), "utf8")).toBe("whole");
  });

  it("writes parts one after the other", async () => {
    const file = path.join(await temporaryFolder(), "parts");
    await writeFileAtomic(file, [Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]);
    expect([...(await readFile(file))]).toEqual([1, 2, 3]);
  });

  it("leaves nothing behind when it fails, and says which file it was", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "there", "page.html");
    await writeFileAtomic(path.join(file, "inner.txt"), "");
    await expect(writeFileAtomic(file, "whole")).rejects.toMatchObject({ path: file });
    expect(await readdir(path.dirname(file))).toEqual(["page.html"]);
  });
});
