import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { formatCsv } from "../../src/recording/csv.ts";
import { readManifest } from "../../src/recording/manifest.ts";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const root = await temporaryFolder();
const report = (args: readonly string[], run = runInProcess) => run(["report", ...args], { cwd: root });
const read = (name: string) => readFile(path.join(root, name), "utf8");

/** Everything that is drawn, by name. */
async function drawn(folder: string): Promise<Map<string, string>> {
  const charts = (await readdir(path.join(root, folder, "charts"))).map((name) => path.join("charts", name));
  const files = ["report.html", ...charts.sort()];
  const contents = files.map((name) => readFile(path.join(root, folder, name), "base64"));
  return new Map((await Promise.all(contents)).map((content, i) => [files[i] ?? "", content]));
}

beforeAll(async () => {
  const options = await tinyStudy(root);
  await runIn(path.join(root, "tiny"), options, { charts: true });
});

describe("report", () => {
  it("is written by the sweep and drawn again with the same bytes", async () => {
    const before = await drawn("tiny");
    const manifest = await read("tiny/manifest.json");
    await rm(path.join(root, "tiny", "report.html"));
    await rm(path.join(root, "tiny", "charts"), { recursive: true });
    expect(await report(["tiny"], runCli)).toEqual({
      code: 0,
      stdout: `${path.join("tiny", "report.html")}\n`,
      stderr: "",
    });
    expect(await drawn("tiny")).toEqual(before);
    expect(await read("tiny/manifest.json")).toBe(manifest);
  });

  it("draws what a sweep without charts has left out", async () => {
    const bare = path.join(root, "bare");
    await runIn(bare, await tinyStudy(root));
    expect(await readdir(bare)).not.toContain("report.html");
    expect(await readdir(bare)).not.toContain("charts");
    expect(await report(["bare"])).toMatchObject({ code: 0, stderr: "" });
    expect(await drawn("bare")).toEqual(await drawn("tiny"));
    expect(await read("bare/manifest.json")).toBe(await read("tiny/manifest.json"));
  });

  it("is listed in the manifest, so that --fresh removes it, and takes out charts that are no more", async () => {
    const manifest = await readManifest(path.join(root, "tiny"));
    expect(manifest?.files).toContain("report.html");
    const old = { ...manifest, files: [...(manifest?.files ?? []), "charts/old.svg"] };
    await writeFile(path.join(root, "tiny", "manifest.json"), JSON.stringify(old));
    await writeFile(path.join(root, "tiny", "charts", "old.svg"), "<svg/>");
    await report(["tiny"]);
    expect(await readdir(path.join(root, "tiny", "charts"))).not.toContain("old.svg");
    expect((await readManifest(path.join(root, "tiny")))?.files).toEqual(manifest?.files);
  });

  it("lays several results over each other, and writes nothing else", async () => {
    const table = formatCsv("results", [resultRow({ study: "tiny" }), resultRow({ study: "tiny", seed: 1 })]);
    await writeFile(path.join(root, "other.csv"), table);
    const before = await drawn("tiny");
    const { code, stdout } = await report(["tiny", "other.csv", "--out", "new/both.html"]);
    expect([code, stdout]).toEqual([0, "new/both.html\n"]);
    const page = await read("new/both.html");
    // Both studies have one name: the places tell them apart.
    expect(page).toContain("<h1>tiny · other</h1>");
    expect(page).toContain("other: global-magnitude");
    expect(page).toContain("Read from a table alone");
    expect(await drawn("tiny")).toEqual(before);
  });

  it("refuses the same results twice, however they are named", async () => {
    await symlink(path.join(root, "tiny"), path.join(root, "link"));
    for (const again of ["tiny", "tiny/", "./tiny", "link", path.join("tiny", "results.csv")]) {
      const { code, stderr } = await report(["tiny", again, "--out", "twice.html"]);
      expect([again, code]).toEqual([again, 2]);
      expect(stderr).toContain(
        again === "tiny" ? "tiny is named twice." : `tiny and ${again} are the same results.`,
      );
    }
    await expect(read("twice.html")).rejects.toThrow("ENOENT");
  });

  it("parts a table of several datasets", async () => {
    const rows = ["mnist", "mnist-10k"].map((dataset, i) => resultRow({ dataset, seed: i }));
    await writeFile(path.join(root, "mixed.csv"), formatCsv("results", rows));
    expect((await report(["mixed.csv", "--out", "mixed.html"])).code).toBe(0);
    expect(await read("mixed.html")).toContain("These sweeps do not stand on the same test");
  });

  it("needs a place for several results and for a table", async () => {
    for (const args of [["tiny", "other.csv"], ["other.csv"]]) {
      const { code, stderr } = await report(args);
      expect(code).toBe(2);
      expect(stderr).toContain("Name the page to write with --out FILE.html.");
    }
  });

  it.each([
    ["a folder that is not there", "nowhere", "nowhere does not exist"],
    ["a folder of something else", ".", "is not a results folder of prune-lab"],
    ["an incomplete folder", "incomplete", "layers.csv does not exist"],
    ["a damaged record of weights", "damaged", "snapshots.json is not what the sweep wrote"],
  ])("refuses %s", async (_, name, message) => {
    for (const [folder, spoil] of [
      ["incomplete", (file: string) => file === "layers.csv" && null],
      ["damaged", (file: string) => file === "snapshots.json" && "{"],
    ] as const) {
      await mkdir(path.join(root, folder), { recursive: true });
      for (const file of [
        "manifest.json",
        "results.csv",
        "history.csv",
        "layers.csv",
        "snapshots.json",
        "config.yaml",
      ]) {
        const spoiled = spoil(file);
        if (spoiled === null) continue;
        await writeFile(path.join(root, folder, file), spoiled || (await read(`tiny/${file}`)));
      }
    }
    const { code, stderr, stdout } = await report([name]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("says when the page cannot be written", async () => {
    await writeFile(path.join(root, "file"), "");
    const { code, stderr } = await report(["tiny", "--out", "file/page.html"]);
    expect(code).toBe(2);
    expect(stderr).toContain("file/page.html");
  });

  it("replaces an earlier report, and nothing else", async () => {
    await writeFile(path.join(root, "sweep.yaml"), "name: mine\n");
    await symlink("sweep.yaml", path.join(root, "link.html"));
    for (const [out, reason] of [
      ["tiny/results.csv", "is read by this command"],
      ["tiny/runs", "is a folder"],
      ["tiny/layers.csv", "belongs to the results folder"],
      ["other.csv", "is a results table"],
      ["sweep.yaml", "is not a report of prune-lab"],
      ["link.html", "is not a report of prune-lab"],
    ] as const) {
      const before = await readFile(path.join(root, out)).catch(() => undefined);
      const inputs = reason === "is read by this command" ? ["tiny", out] : ["tiny"];
      const { code, stderr } = await report([...inputs, "--out", out]);
      expect({ out, code, stderr }).toEqual({ out, code: 2, stderr: expect.stringContaining(reason) });
      expect(await readFile(path.join(root, out)).catch(() => undefined)).toEqual(before);
    }
    for (let i = 0; i < 2; i++) expect((await report(["tiny", "--out", "again.html"])).code).toBe(0);
    expect((await report(["tiny", "--out", "/dev/null"])).code).toBe(0);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
    expect((await report(["tiny", "--out", "-"])).stdout).toBe(await read("again.html"));
  }, 180_000);
});
