import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { controls } from "../../src/pruning/controls/registry.ts";
import { axes } from "../../src/pruning/method.ts";
import type { ColumnSet } from "../../src/recording/column.ts";
import { membersNamed } from "../../src/recording/published-members.ts";
import {
  parsePublished,
  publishedColumns,
  readPublished,
  shippedPapers,
} from "../../src/recording/published-points.ts";
import { comparedColumns } from "../../src/results/published.ts";

const HEADER = Object.keys(publishedColumns).join(",");
const ROW =
  "a-2020,2020,https://a.example,mnist,lenet-5,SNIP,criterion=taylor,0.02,0.8,,20,from scratch,table 1";
const parse = (...rows: string[]) => parsePublished([HEADER, ...rows, ""].join("\n"), "a.csv");

describe("the shipped papers", () => {
  it.each(shippedPapers())("%s is a table of its own figures", (name) => {
    const points = readPublished(name);
    expect(points.length).toBeGreaterThan(0);
    expect(new Set(points.map(({ paper }) => paper))).toEqual(new Set([name]));
  });

  it.each(shippedPapers())("%s says of each figure where it stands", (name) => {
    for (const { source } of readPublished(name)) {
      expect(source).toMatch(/\b(table|tables|figure|section|appendix)\b|https?:\/\//);
    }
  });

  it.each(shippedPapers())("%s names methods of ours by members that there are", (name) => {
    for (const { same_as } of readPublished(name)) {
      for (const { column, name: member } of membersNamed(same_as ?? "") ?? []) {
        const names = column === "control" ? controls.names() : axes[column].names();
        expect([same_as, column, names]).toEqual([same_as, column, expect.arrayContaining([member])]);
      }
    }
  });

  it("have what the papers print", () => {
    const points = (name: string, network: string, method: string, kept: number) =>
      readPublished(name).filter(
        (point) => point.network === network && point.method === method && point.kept === kept,
      );
    const at = (...which: Parameters<typeof points>) => points(...which).map(({ error }) => error);
    const spread = (...which: Parameters<typeof points>) =>
      points(...which).map(({ standard_error }) => standard_error);
    expect(at("sparse-momentum-2019", "lenet-300-100", "sparse momentum", 0.01)).toEqual(["2.36"]);
    expect(at("sparse-momentum-2019", "lenet-5", "sparse momentum", 0.004)).toEqual(["1.403"]);
    expect(spread("sparse-momentum-2019", "lenet-5", "sparse momentum", 0.08)).toEqual([0.019]);
    expect(at("snip-2019", "lenet-300-100", "SNIP", 0.02)).toEqual(["2.4"]);
    // Two figures of one table, both kept.
    expect(at("snip-2019", "lenet-300-100", "SNIP", 0.1)).toEqual(["1.88", "1.96"]);
    expect(at("cbs-2022", "784-40-20-10", "WoodFisher", 0.05)).toEqual(["14.458"]);
    expect(at("lottery-ticket-2019", "lenet-300-100", "winning ticket", 0.211)).toEqual(["1.65"]);
  });

  it("are listed in docs/papers/README.md, with their numbers of figures", () => {
    const page = readFileSync(path.join(packageRoot, "docs", "papers", "README.md"), "utf8");
    for (const name of shippedPapers()) {
      const row = new RegExp(`^\\| \`${name}\` \\|.*\\| ${readPublished(name).length} \\|$`, "m");
      expect(page).toMatch(row);
    }
  });
});

test("docs/papers/README.md gives the columns, with their meanings", () => {
  const page = readFileSync(path.join(packageRoot, "docs", "papers", "README.md"), "utf8");
  const ours = Object.fromEntries(
    Object.entries(comparedColumns).filter(([name]) => !Object.hasOwn(publishedColumns, name)),
  );
  for (const columns of [publishedColumns, ours] satisfies ColumnSet[]) {
    const table = Object.entries(columns).map(([key, { meaning }]) => `| \`${key}\` | ${meaning} |`);
    expect(page).toContain(["| column | meaning |", "|---|---|", ...table, ""].join("\n"));
  }
});

describe("a table of published figures", () => {
  it("is read with its columns in any order, and others beside them", () => {
    const [, second = ""] = ROW.split(/,(.*)/);
    const moved = `verdict,${HEADER.split(/,(.*)/)[1]},paper\nbetter,${second},a-2020\n`;
    expect(parsePublished(moved, "a.csv")).toEqual(parse(ROW));
  });

  it("may leave out which method of ours is the same", () => {
    const lines = [HEADER, ROW].map((line) => line.replace(/,(same_as|criterion=taylor)/, ""));
    expect(parsePublished(`${lines.join("\n")}\n`, "a.csv")).toEqual([{ ...parse(ROW)[0], same_as: null }]);
  });

  it("keeps the decimals of an error as the paper prints it, and a figure that stands there twice once", () => {
    const points = parse(ROW.replace(",0.8,", ",0.80,"), ROW, ROW);
    expect(points.map(({ error }) => error)).toEqual(["0.80", "0.8"]);
    expect(points[0]).toMatchObject({ year: 2020, kept: 0.02, standard_error: null, seeds: 20 });
  });

  it.each([
    [
      "kept in percent",
      ROW.replace(",0.02,", ",2,"),
      "kept is 2, not a fraction above 0 and up to 1: write 0.02 for 2%.",
    ],
    ["an error that is none", ROW.replace(",0.8,", ",.8,"), "error is '.8', not a number."],
    ["no error", ROW.replace(",0.8,", ",,"), "error is '', not a number."],
    ["an accuracy", ROW.replace(",0.8,", ",990,"), "error is 990, not a percentage."],
    ["no source", ROW.replace("table 1", ""), "source is empty."],
    [
      "a method of ours without its axis",
      ROW.replace("criterion=taylor", "taylor"),
      "same_as is 'taylor': write members as criterion=taylor schedule=early, of criterion, allocation, structure, schedule, recovery, control.",
    ],
    [
      "an axis that is none",
      ROW.replace("criterion=taylor", "criterion=taylor score=l1"),
      "same_as is 'criterion=taylor score=l1': write",
    ],
    ["no URL", ROW.replace("https://a.example", "a.example"), "url is 'a.example', not a URL."],
    ["a cell too few", ROW.replace(",table 1", ""), "12 cells instead of 13, as the header has."],
  ])("tells the line of %s", (_what, row, message) => {
    expect(() => parse(ROW, row)).toThrow(`a.csv, line 3: ${message}`);
  });

  it("tells a column that is missing, and a table without figures", () => {
    expect(() => parsePublished("paper,year\n", "a.csv")).toThrow(
      "a.csv, line 1: the column 'url', 'dataset'",
    );
    expect(() => parse()).toThrow("a.csv, line 1: there are no figures below the header.");
  });

  it("is named by a path, or by a paper that is shipped", () => {
    expect(() => readPublished("snip-2018")).toThrow(
      /^'snip-2018' is no paper whose figures are shipped\. Did you mean 'snip-2019'\? Papers: cbs-2022, .*path of a CSV file\.$/,
    );
    expect(() => readPublished("missing.csv")).toThrow("missing.csv");
  });
});
