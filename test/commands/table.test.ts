import chalk from "chalk";
import { expect, test } from "vitest";
import { formatTable } from "../../src/commands/table.ts";

test("columns are aligned and lines have no trailing spaces", () => {
  chalk.level = 0;
  expect(
    formatTable(
      ["name", "x"],
      [
        ["a", "long text"],
        ["longer", ""],
      ],
    ),
  ).toBe("name    x\na       long text\nlonger\n");
});

test("a narrow terminal does without spare columns, then wraps the last one", () => {
  chalk.level = 0;
  const header = ["name", "kind", "summary"];
  const rows = [["alpha", "a kind of things", "words that take more room than there is"]];
  const fitted = (columns: number | undefined) => formatTable(header, rows, { columns, spare: ["kind"] });
  expect(fitted(undefined)).toContain("a kind of things  words that take more room than there is\n");
  expect(fitted(48)).toBe("name   summary\nalpha  words that take more room than there is\n");
  expect(fitted(30)).toBe("name   summary\nalpha  words that take more\n       room than there is\n");
});

test("cells show control characters and stay on their line", () => {
  chalk.level = 0;
  expect(formatTable(["name"], [["a\n::error::b\u001b[2J"]])).toBe("name\na\\u000a::error::b\\u001b[2J\n");
});
