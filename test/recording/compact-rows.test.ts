import { expect, test } from "vitest";
import { CompactRows } from "../../src/recording/compact-rows.ts";

test("rows come in the order of their groups, each as it was put", () => {
  const rows = new CompactRows<object>(4);
  rows.put(2, [{ name: "c", value: -0, other: null }]);
  rows.put(0, [
    { name: "a", value: 0.1 },
    { value: Number.NaN, name: "a" },
  ]);
  rows.put(3, [{ late: 2 ** 53, name: "" }]);
  rows.put(1, []);
  expect(rows.length).toBe(4);
  const expected = [
    { name: "a", value: 0.1 },
    { value: Number.NaN, name: "a" },
    { name: "c", value: -0, other: null },
    { late: 2 ** 53, name: "" },
  ];
  expect([...rows]).toStrictEqual(expected);
  expect([...rows]).toStrictEqual(expected);
});

test("groups without rows, and more rows than lie beside one another", () => {
  const groups = 3000;
  const rowOf = (group: number, i: number) => ({ group, i, text: `${group % 7}` });
  const rows = new CompactRows<object>(groups);
  const countOf = (group: number) => (group * 31) % 13;
  for (let group = groups - 1; group >= 0; group -= 2) {
    rows.put(
      group,
      Array.from({ length: countOf(group) }, (_, i) => rowOf(group, i)),
    );
  }
  const odd = Array.from({ length: groups / 2 }, (_, i) => 2 * i + 1);
  const expected = odd.flatMap((group) => Array.from({ length: countOf(group) }, (_, i) => rowOf(group, i)));
  expect(expected.length).toBeGreaterThan(2 ** 13);
  expect([...rows]).toStrictEqual(expected);
});

test("what no table holds is no cell", () => {
  const rows = new CompactRows<object>(1);
  expect(() => rows.put(0, [{ list: [1] }])).toThrow("a cell is neither number nor text: 1");
});
