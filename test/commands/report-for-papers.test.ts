import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { formatCsv } from "../../src/recording/csv.ts";
import { exampleStudy } from "../support/example-study.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const root = await temporaryFolder();
const report = (args: readonly string[]) => runInProcess(["report", ...args], { cwd: root });
const read = (name: string) => readFile(path.join(root, name), "utf8");

beforeAll(async () => {
  const labels = { methods: { "global-magnitude": "Global (ours)" } };
  await runIn(path.join(root, "tiny"), await tinyStudy(root, { labels }));
  await writeFile(path.join(root, "other.csv"), formatCsv("results", exampleStudy().results));
});

describe("report --format latex", () => {
  it("prints the table, or writes it to a file", async () => {
    const printed = await report(["tiny", "--format", "latex"]);
    expect([printed.code, printed.stderr]).toEqual([0, ""]);
    expect(printed.stdout).toContain("Sparsity (\\%) & l1-unstructured & Global (ours) \\\\");
    expect(printed.stdout).toContain("\\label{tab:tiny}");
    expect(await report(["tiny", "--format", "latex", "--out", "paper/table.tex"])).toEqual({
      code: 0,
      stdout: "paper/table.tex\n",
      stderr: "",
    });
    expect(await read("paper/table.tex")).toBe(printed.stdout);
  });

  it("takes caption, label and what has the columns", async () => {
    const flags = ["--caption", "Ours \\emph{wins}.", "--label", "tab:main", "--columns", "sparsities"];
    const { stdout } = await report(["tiny", "other.csv", "--format", "latex", ...flags]);
    expect(stdout).toContain("\\caption{Ours \\emph{wins}.}");
    expect(stdout).toContain("\\label{tab:main}");
    expect(stdout).toMatch(/^ {4}tiny: Global \(ours\) & /m);
    expect(stdout).toMatch(/^ {4}study: global-magnitude & /m);
  });
});

describe("report --format pdf", () => {
  it("writes a figure a chart, of the width", async () => {
    const flags = ["--format", "pdf", "--width", "84mm", "--out", "paper/figures"];
    const { code, stdout } = await report(["other.csv", ...flags]);
    expect(code).toBe(0);
    const files = stdout.trim().split("\n");
    expect(files[0]).toBe(path.join("paper", "figures", "accuracy-vs-sparsity.pdf"));
    expect((await readdir(path.join(root, "paper", "figures"))).length).toBe(files.length);
    expect(await read(files[0] ?? "")).toContain("/MediaBox [0 0 238.110236 ");
  });

  it("says of a figure that is too narrow how wide it would have to be, and leaves the sweep as it is", async () => {
    const before = await read("tiny/manifest.json");
    const { stderr } = await report(["tiny", "--format", "pdf", "--width", "2in", "--out", "narrow"]);
    expect(stderr).toMatch(
      /^narrow\/weight-histograms\.pdf: too wide for its text, shrunk to text of \d\.\d pt; --width \d+\.\d\din has room for 8 pt\.$/m,
    );
    expect(await read("tiny/manifest.json")).toBe(before);
  }, 180_000);
});

describe("what is refused", () => {
  it.each([
    [
      ["--format", "pdf", "--width", "wide"],
      "--width: 'wide' is no width. Write a number and pt, in, cm or mm: 3.25in, 84mm.",
    ],
    [["--format", "pdf", "--width", "1in"], "--width: 1in is out of range: from 1.5in to 40in."],
    [["--width", "3in"], "--width belongs to --format pdf; the format is html."],
    [["--format", "pdf", "--caption", "x"], "--caption belongs to --format latex; the format is pdf."],
    [
      ["--format", "latex", "--label", "a b"],
      "--label: 'a b' cannot be referred to: no spaces, and none of \\ { } % # ~ ^ & $.",
    ],
    [["--format", "docx"], "Allowed choices are html, latex, pdf."],
  ])("%j", async (flags, message) => {
    const { code, stdout, stderr } = await report(["tiny", ...flags]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});
