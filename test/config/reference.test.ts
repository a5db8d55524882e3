import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { configReference } from "../../src/config/reference.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { methods } from "../../src/pruning/methods.ts";

test("docs/config.md is up to date (npm run docs)", async () => {
  expect(await readFile(path.join(packageRoot, "docs", "config.md"), "utf8")).toBe(configReference());
});

test("every key of every mapping is there with a meaning, and every method", () => {
  const reference = configReference();
  const rows = reference.split("\n").filter((line) => /^\| `/.test(line));
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) expect(row).toMatch(/ \S+ \|$/);
  for (const { name } of methods.list()) expect(reference).toContain(`\`${name}\``);
});
