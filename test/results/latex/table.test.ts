import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { withLabels } from "../../../src/charts/labels.ts";
import { escapeLatex } from "../../../src/results/latex/escape.ts";
import { latexTable } from "../../../src/results/latex/table.ts";
import { diverged, exampleStudy } from "../../support/example-study.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const byMethod = { columns: "methods", caption: undefined, label: "tab:example" } as const;

/** Every character of a keyboard, and sequences that LaTeX reads as one. */
const HOSTILE = "a\\b{c}d$e&f#g%h_i~j^k<l>m|n\"o`p'q[r]s*t--u---v±w×x @!?=+/(),.:;0";

const pdflatex = (process.env.PATH ?? "")
  .split(path.delimiter)
  .map((folder) => path.join(folder, "pdflatex"))
  .find((file) => existsSync(file));

/** The rows of the body: cells between the rules. */
function bodyOf(table: string): string[][] {
  const [, body = ""] = /\\midrule\n([\s\S]*?)\n\s*\\bottomrule/.exec(table) ?? [];
  return body.split("\n").map((line) =>
    line
      .trim()
      .replace(/ \\\\$/, "")
      .split(/(?<!\\)&/)
      .map((cell) => cell.trim()),
  );
}

describe("latexTable", () => {
  it("has a row a sparsity and a column a method, or the other way round", () => {
    const { results } = exampleStudy();
    const byRow = bodyOf(latexTable({ results }, byMethod));
    expect(byRow.map(([first]) => first)).toEqual(["$0$", "$90$", "$99$"]);
    expect(byRow.every((row) => row.length === 3)).toBe(true);
    const turned = bodyOf(latexTable({ results }, { ...byMethod, columns: "sparsities" }));
    expect(turned.map(([first]) => first)).toEqual(["l1-unstructured", "global-magnitude"]);
    expect(turned[1]?.slice(1)).toEqual(byRow.map((row) => row[2]));
  });

  it("says in its caption what the figures are, or what it is told to", () => {
    const { results } = exampleStudy();
    const own = latexTable({ results }, byMethod);
    expect(own).toMatch(
      /\\caption\{Test accuracy \(\\%\) of \S+ on \S+ after fine-tuning\. Mean of 3 seeds, .*\$\\pm\$: half the width of the 95\\% confidence interval\. Dense baseline: 97\.80\\%\.\}/,
    );
    expect(latexTable({ results }, { ...byMethod, caption: "At $p<0.05$." })).toContain(
      "\\caption{At $p<0.05$.}",
    );
    expect(own).toContain("\\label{tab:example}");
  });

  it("shows labels of methods and axes", () => {
    const labels = {
      methods: { "l1-unstructured": "L1 & co" },
      axes: { sparsity: "Pruned (%)", accuracy: "Top-1 (%)" },
    };
    const table = latexTable(withLabels(exampleStudy(), labels), byMethod);
    expect(table).toContain("Pruned (\\%) & L1 \\& co & global-magnitude \\\\");
    expect(table).toContain("\\caption{Top-1 (\\%) of ");
  });

  it("marks what collapsed and what diverged", () => {
    const { results } = exampleStudy({ methods: ["l1-unstructured"] });
    const troubled = results.map((row) =>
      row.target_sparsity === 0.99
        ? diverged(row)
        : row.target_sparsity === 0.9 && row.seed === 0
          ? { ...row, status: "collapsed" as const }
          : row,
    );
    const table = latexTable({ results: troubled }, byMethod);
    const body = bodyOf(table);
    expect(body[1]?.[1]).toMatch(/\\rlap\{\$\^\{\*\}\$\}$/);
    expect(body[2]?.[1]).toBe("--");
    expect(table).toContain("3 diverged runs left out");
    expect(table).toContain("no path from the inputs to the outputs is left");
  });

  it("escapes every text: braces are balanced, and a row has as many cells as columns", () => {
    const escaped = escapeLatex(HOSTILE);
    expect(escaped.replaceAll(/\\[\\{}$&#%_]/g, "")).not.toMatch(/(?<!\\)[&#%_]/);
    const depth = [...escaped.replaceAll(/\\[{}]/g, "")].reduce(
      (open, character) => open + (character === "{" ? 1 : character === "}" ? -1 : 0),
      0,
    );
    expect(depth).toBe(0);
    const table = latexTable(
      withLabels(exampleStudy(), { methods: { "l1-unstructured": HOSTILE, "global-magnitude": "[x]" } }),
      { ...byMethod, columns: "sparsities" },
    );
    expect(bodyOf(table).every((row) => row.length === 4)).toBe(true);
  });

  it.skipIf(pdflatex === undefined)("compiles, with any text, without a warning", async () => {
    const folder = await temporaryFolder();
    const data = withLabels(exampleStudy(), {
      methods: { "l1-unstructured": HOSTILE, "global-magnitude": "[x]*" },
      axes: { sparsity: HOSTILE, accuracy: HOSTILE },
    });
    const tables = (["methods", "sparsities"] as const).map((columns) =>
      latexTable(data, { ...byMethod, columns, label: `tab:${columns}` }),
    );
    const document = [
      "\\documentclass{article}",
      "\\usepackage[paperwidth=40in,paperheight=20in,margin=1in]{geometry}",
      "\\usepackage{booktabs}",
      "\\begin{document}",
      ...tables,
      "\\end{document}",
    ].join("\n");
    await writeFile(path.join(folder, "paper.tex"), document);
    const log = execFileSync(
      pdflatex as string,
      ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"],
      { cwd: folder, encoding: "utf8" },
    );
    expect(log).toContain("Output written on paper.pdf");
    expect(log).not.toMatch(/^!|Overfull|Missing character|undefined/m);
  });
});
