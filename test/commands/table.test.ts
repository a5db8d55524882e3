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
