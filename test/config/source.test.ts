import { describe, expect, test } from "vitest";
import { parseConfigSource } from "../../src/config/source.ts";

describe("a file that is no config", () => {
  test.each([
    ["a list", "- a\n- b\n", "x.yaml:1: a config is a mapping of keys to values, and this is a list."],
    [
      "a text",
      "# c\nhello\n",
      'x.yaml:2: a config is a mapping of keys to values, and this is the single value "hello".',
    ],
    ["nothing", "", "x.yaml: the file is empty."],
    ["comments only", "# nothing\n", "x.yaml: the file is empty."],
    [
      "two documents",
      "a: 1\n---\nb: 2\n",
      "x.yaml:2: a second YAML document begins here; a config is a single document.",
    ],
    ["a duplicate key", "a: 1\nb: 2\na: 3\n", "x.yaml:3: the key 'a' appears twice."],
    ["a nested duplicate key", "a:\n  b: 2\n  b: 3\n", "x.yaml:3: the key 'b' appears twice."],
  ])("%s", (_case, text, message) => {
    expect(() => parseConfigSource(text, "x.yaml")).toThrow(message);
  });

  test.each([
    ["an open list", "a: 1\nb: [1, 2\n", 3],
    ["a tab as indentation", "a:\n\tb: 1\n", 2],
    ["an unknown alias", "a: *nowhere\n", 1],
    ["an unknown tag", "a: !secret x\n", 1],
  ])("%s is told with its line", (_case, text, line) => {
    expect(() => parseConfigSource(text, "x.yaml")).toThrow(
      new RegExp(`^x\\.yaml:${line}: not valid YAML: `),
    );
  });

  test("aliases that multiply are refused", () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`)}]`);
    expect(() => parseConfigSource(["l0: &l0 [x]", ...levels].join("\n"), "x.yaml")).toThrow(
      /^x\.yaml: .*alias/,
    );
  });

  test.each([
    [
      "an alias within its own anchor",
      "a: &x [1, *x]\n",
      /^x\.yaml:1: \*x stands for something that it is part of\.$/,
    ],
    [
      "many aliases",
      `a: &x 1\nb: [${Array(1001).fill("*x")}]\n`,
      /^x\.yaml:2: there are more than 1000 aliases\.$/,
    ],
    [
      "deep lists",
      `a: ${"[".repeat(1e5)}`,
      /^x\.yaml:1: there are more than 100 lists and mappings within one/,
    ],
    [
      "deep lists in block style",
      `${"- ".repeat(1e5)}a`,
      /^x\.yaml(:1)?: there are more than 100 lists and mappings/,
    ],
    [
      "deep mappings",
      Array.from({ length: 120 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
      /^x\.yaml:\d+: there are/,
    ],
    [
      "a long text",
      `a: ${"x".repeat(2 ** 18)}`,
      /^x\.yaml: it has 262147 characters, and at most 262144 are read/,
    ],
    ["a long name of an alias", `a: *${"x".repeat(5000)}\n`, /^x\.yaml:1: not valid YAML: .{100,250}$/s],
  ])("%s are refused in few words", (_case, text, message) => {
    expect(() => parseConfigSource(text, "x.yaml")).toThrow(message);
  });
});

test("locates keys, list entries and the ends of paths that the file does not have", () => {
  const source = parseConfigSource("\na: &x\n  b: 1\nc:\n  - 5\n  - d: 6\ne: *x\n", "x.yaml");
  expect(source.locate(["a"])).toEqual({ depth: 1, line: 2 });
  expect(source.locate(["a", "b"])).toEqual({ depth: 2, line: 3 });
  expect(source.locate(["c", 0])).toEqual({ depth: 2, line: 5 });
  expect(source.locate(["c", 1, "d"])).toEqual({ depth: 3, line: 6 });
  expect(source.locate(["e", "b"])).toEqual({ depth: 2, line: 3 });
  expect(source.locate(["c", 7])).toEqual({ depth: 1, line: 4 });
  expect(source.locate(["nothing"])).toEqual({ depth: 0, line: 0 });
});

test("reads many keys in one line", () => {
  const keys = Array.from({ length: 500 }, (_, i) => [`k${i}`, i]);
  const source = parseConfigSource(JSON.stringify({ a: Object.fromEntries(keys) }), "x.yaml");
  expect(source.locate(["a", "k499"])).toEqual({ depth: 2, line: 1 });
});
