import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { allocations } from "../../src/pruning/allocations/registry.ts";
import { criteria } from "../../src/pruning/criteria/registry.ts";
import { methodSchema, methods, resolveMethod } from "../../src/pruning/methods.ts";

const message = (value: unknown) => methodSchema.safeParse(value).error?.issues[0]?.message;

test.each(methods)("$name is accepted by its name", (method) => {
  expect(resolveMethod(methodSchema.parse(method.name))).toBe(method);
});

test("names are unique, and so are the combinations they stand for", () => {
  expect(new Set(methods.map(({ name }) => name)).size).toBe(methods.length);
  const points = methods.map(({ criterion, allocation, structure }) =>
    [criterion, allocation, structure].join(),
  );
  expect(new Set(points).size).toBe(methods.length);
});

test("every criterion and allocation can be combined under a name of one's own", () => {
  for (const { name: criterion } of criteria) {
    for (const { name: allocation } of allocations) {
      const own = methodSchema.parse({ name: "mine", criterion, allocation });
      expect(resolveMethod(own)).toMatchObject({ name: "mine", criterion, allocation, structure: "weight" });
    }
  }
});

test("an unknown name is told with the choices and the nearest", () => {
  expect(message("l1-unstructred")).toBe(
    "'l1-unstructred' is not one of l1-unstructured, global-magnitude, random-unstructured, random-global." +
      " Did you mean 'l1-unstructured'?",
  );
});

test("a combination needs a name of its own that can name files", () => {
  const named = (name: unknown) => message({ name, criterion: "random", allocation: "global" });
  expect(named("global-magnitude")).toContain("'global-magnitude' is a method already");
  expect(named("a/b")).toContain("it names files");
  expect(named("..")).toContain("it names files");
  expect(named("my_method-1.0")).toBeUndefined();
});

test("docs/pruning.md lists every method, criterion and allocation, and no other", () => {
  const page = readFileSync(new URL("../../docs/pruning.md", import.meta.url), "utf8");
  /** The rows of the table under a heading, as cells without their code marks. */
  const table = (heading: string) => {
    const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| "));
    return rows.slice(1).map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  };
  expect(table("Methods")).toEqual(
    methods.map(({ name, criterion, allocation, structure, summary }) => [
      ...[name, criterion, allocation, structure, summary],
    ]),
  );
  expect(table("Criteria")).toEqual(criteria.map(({ name, summary }) => [name, summary]));
  expect(table("Allocations")).toEqual(allocations.map(({ name, summary }) => [name, summary]));
});
