import { expect, test } from "vitest";
import { tooLongToDraw } from "../../src/results/drawing-memory.ts";

const GIB = 2 ** 30;

test("a hundred thousand runs fit into what Node gives by default, a million do not", () => {
  const of = (runs: number) => ({ results: runs, details: 6 * runs });
  expect(tooLongToDraw(of(1e5), 2 * GIB)).toBeUndefined();
  expect(tooLongToDraw(of(1e6), 4 * GIB)).toEqual({
    message: "charts and report of so many rows take about 5.1 GiB of memory, and this Node gives 4.0 GiB",
    option: "NODE_OPTIONS=--max-old-space-size=8000",
  });
});

test("what it names makes room", () => {
  const tables = { tableBytes: 7e8 };
  const { option = "" } = tooLongToDraw(tables, 2 * GIB) ?? {};
  expect(tooLongToDraw(tables, Number(option.split("=")[2]) * 2 ** 20)).toBeUndefined();
});
