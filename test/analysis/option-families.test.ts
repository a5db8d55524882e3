import { expect, it } from "vitest";
import { optionFamilies } from "../../src/analysis/option-families.ts";
import { resultRow } from "../support/result-rows.ts";

const row = (method: string, columns: object) => resultRow({ method, ...columns });

it("finds methods that differ in an option with a number, by rising value", () => {
  const rows = [
    row("many", { criterion: "taylor(examples=1000)" }),
    row("few", { criterion: "taylor(examples=10)" }),
    row("few", { criterion: "taylor(examples=10)", seed: 1 }),
    row("other", { criterion: "magnitude" }),
  ];
  expect(optionFamilies(rows)).toEqual([
    {
      member: "taylor",
      option: "examples",
      values: [
        { method: "few", value: 10, others: "[]" },
        { method: "many", value: 1000, others: "[]" },
      ],
    },
  ]);
});

it("takes each option apart, and tells which methods differ in nothing else", () => {
  const bridge = (method: string, eps: string, gamma: string, biases = "0") =>
    row(method, { criterion: `linear-bridge(eps=${eps} gamma=${gamma} hiddenBiases=${biases})` });
  const rows = [bridge("a", "0.01", "0.1"), bridge("b", "1e-5", "0.1"), bridge("c", "0.01", "0.1", "kept")];
  const [family, ...others] = optionFamilies(rows);
  // gamma is the same in all, and hiddenBiases is no number.
  expect(others).toEqual([]);
  expect(family?.option).toBe("eps");
  expect(family?.values.map(({ method, value }) => [method, value])).toEqual([
    ["b", 1e-5],
    ["a", 0.01],
    ["c", 0.01],
  ]);
  const [b, a, c] = family?.values.map(({ others }) => others) ?? [];
  expect(a).toBe(b);
  expect(c).not.toBe(a);
});

it("keeps methods apart that differ in another axis, and finds options on any axis", () => {
  const rows = [
    row("a", { criterion: "taylor(examples=10)", allocation: "uniform" }),
    row("b", { criterion: "taylor(examples=100)", allocation: "global" }),
    row("c", { schedule: "iterative(fraction=0.2)" }),
    row("d", { schedule: "iterative(fraction=0.5)" }),
  ];
  expect(optionFamilies(rows).map(({ member, option }) => `${option} of ${member}`)).toEqual([
    "fraction of iterative",
  ]);
});
