import { execFileSync } from "node:child_process";
import { link, lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { formatCsv } from "../../src/recording/csv.ts";
import { type OutputKind, outputFile } from "../../src/recording/output-file.ts";
import { manifestWith } from "../support/manifest.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const at = (name: string) => path.join(folder, name);
const notes: OutputKind = {
  writer: "--notes",
  name: "notes of ours",
  recognize: (beginning) => beginning.startsWith("# notes"),
};
const open = (name: string, inputs: readonly string[] = [], kind = notes) =>
  outputFile(at(name), kind, { inputs: inputs.map(at) });
const put = async (name: string, content: string) => {
  await mkdir(path.dirname(at(name)), { recursive: true });
  await writeFile(at(name), content);
  return name;
};

const table = formatCsv("results", [resultRow({ seed: 0 })]);

test("a new file, an empty one and one of the same kind are written, folders made", async () => {
  await put("empty.md", "");
  await put("old.md", "# notes\nold\n");
  for (const name of ["deep/er/new.md", "empty.md", "old.md"]) {
    await (await open(name)).write("# notes\nnew\n");
    expect(await readFile(at(name), "utf8")).toBe("# notes\nnew\n");
  }
});

test.each([
  ["a table", "some.csv", table, "is a results table"],
  ["a table of layers", "layers.csv", formatCsv("layers", []), "is a results table"],
  ["a config", "mine.yaml", "name: mine\n", "is not notes of ours"],
  ["a page", "README.md", "# Mine\n", "is not notes of ours"],
])("%s stays as it is", async (_what, name, content, reason) => {
  await put(name, content);
  await expect(open(name)).rejects.toThrow(`${at(name)} ${reason}, so --notes does not write it.`);
  expect(await readFile(at(name), "utf8")).toBe(content);
});

test("what the command reads is refused, under every name that it has", async () => {
  await put("input.md", "# notes\n");
  await symlink(at("input.md"), at("symbolic.md"));
  await link(at("input.md"), at("hard.md"));
  for (const name of ["input.md", "symbolic.md", "hard.md", "no-such-folder/../input.md"]) {
    await expect(open(name, ["input.md"])).rejects.toThrow("is read by this command");
  }
});

test("what a results folder lists as its own is refused, also where it is missing", async () => {
  const manifest = manifestWith(["config.yaml", "report.html", "runs/abc"]);
  await put("sweep/manifest.json", JSON.stringify(manifest));
  await put("sweep/config.yaml", "");
  for (const name of ["config.yaml", "manifest.json", "runs/abc/result.json", "report.html"]) {
    await expect(open(`sweep/${name}`)).rejects.toThrow(`belongs to the results folder ${at("sweep")}`);
  }
  await (await open("sweep/notes.md")).write("# notes\n");
  await put("sweep/report.html", "# notes\n");
  await (await open("sweep/report.html", [], { ...notes, ofFolders: true })).write("# notes 2\n");
  expect(await readFile(at("sweep/report.html"), "utf8")).toBe("# notes 2\n");
});

test("in a folder whose manifest is damaged nothing that is there is replaced", async () => {
  await put("damaged/manifest.json", '{ "tool": "prune-lab"');
  await put("damaged/page.md", "# notes\n");
  await expect(open("damaged/page.md")).rejects.toThrow(`belongs to the results folder ${at("damaged")}`);
  await (await open("damaged/new.md")).write("# notes\n");
  await put("foreign/manifest.json", '{ "name": "a web page" }');
  await put("foreign/page.md", "# notes\n");
  await (await open("foreign/page.md")).write("# notes 2\n");
});

test("a symbolic link stays one: what it leads to is judged and replaced", async () => {
  await put("target.md", "# notes\n");
  await put("target.csv", table);
  await symlink("target.md", at("good.md"));
  await symlink("target.csv", at("bad.md"));
  await symlink("nowhere", at("dangling.md"));
  await (await open("good.md")).write("# notes 2\n");
  expect((await lstat(at("good.md"))).isSymbolicLink()).toBe(true);
  expect(await readFile(at("target.md"), "utf8")).toBe("# notes 2\n");
  await expect(open("bad.md")).rejects.toThrow("is a results table");
  await expect(open("dangling.md")).rejects.toThrow("leads nowhere");
  await expect(open(".")).rejects.toThrow("is a folder");
});

test("devices and pipes are written into, and stay what they are", async () => {
  const device = await outputFile("/dev/null", notes, { inputs: [] });
  await device.write("# notes\n");
  expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);

  execFileSync("mkfifo", [at("pipe")]);
  const pipe = await open("pipe");
  const [read] = await Promise.all([readFile(at("pipe"), "utf8"), pipe.write("# notes\n")]);
  expect(read).toBe("# notes\n");
  expect((await stat(at("pipe"))).isFIFO()).toBe(true);
});

test("two outputs of one command are two files, and only one is standard output", async () => {
  const first = await open("twice.md");
  const printed: unknown[] = [];
  const standardOutput = (content: unknown) => printed.push(content);
  const standard = await outputFile("-", notes, { inputs: [], standardOutput });
  await standard.write("# notes\n");
  expect(printed).toEqual(["# notes\n"]);
  const limits = { inputs: [], outputs: [first, standard], standardOutput };
  await expect(outputFile(at("twice.md"), notes, limits)).rejects.toThrow("is written by another option");
  await expect(outputFile("/dev/stdout", notes, limits)).rejects.toThrow("is standard output");
  await expect(outputFile("-", notes, { inputs: [] })).rejects.toThrow("is standard output");
  await expect(outputFile("", notes, limits)).rejects.toThrow("--notes needs the name of a file.");
});

test("a file that is added to keeps what it holds, unless that is a table", async () => {
  const appending = { ...notes, append: (file: string) => file.endsWith("summary") };
  await put("summary", "of another step\n");
  await (await open("summary", [], appending)).write("# notes\n");
  expect(await readFile(at("summary"), "utf8")).toBe("of another step\n# notes\n");
  await put("tables/summary", table);
  await expect(open("tables/summary", [], appending)).rejects.toThrow("is a results table");
});
