import { describe, expect, test } from "vitest";
import { formulaFaults, taskFaults } from "../../../src/metrics/formula/check.ts";
import { formulasSchema } from "../../../src/metrics/formula/options.ts";

const formulas = (...texts: readonly string[]) =>
  formulasSchema().parse(texts.map((formula, i) => ({ name: `m${i}`, formula, better: "higher" }))) ?? [];
const faults = (texts: readonly string[], sparsities: readonly number[] = [0, 0.9]) =>
  formulaFaults(formulas(...texts), sparsities).map(({ index, fault }) => [index, fault.at, fault.message]);

describe("names", () => {
  test.each([
    ["msee", "there is no figure 'msee'. Did you mean 'mse'?"],
    ["Accuracy", "there is no figure 'Accuracy'. Did you mean 'accuracy'?"],
    ["m0 + 1", "'m0' is this metric itself."],
    ["m1 + 1", "'m1' is a metric further down: put it before this one."],
    ["min", "min is a function: write min(a, b, ...)."],
    ["momentum", "there is no figure 'momentum'. Figures: accuracy, loss, mse, "],
  ])("%s", (formula, message) => {
    const [[index, at, found] = []] = faults([formula, "loss"]);
    expect([index, at]).toEqual([0, 0]);
    expect(found).toContain(message);
  });

  test.each([
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "process",
    "globalThis",
    "undefined",
    "NaN",
    "seed",
  ])("%s is none", (name) => expect(faults([name])[0]?.[2]).toContain(`there is no figure '${name}'.`));

  test("metrics before are figures, with their columns", () => {
    expect(faults(["loss", "m0 + baseline_m0 + pruned_m0"])).toEqual([]);
    expect(faults(["loss +", "m0 + x"])).toHaveLength(2);
  });
});

describe("what certainly has no value", () => {
  const inRows = (sparsity: number) =>
    `division by 0 in the rows of sparsity ${sparsity}, which prune.sparsities lists. Choose a value for them: target_sparsity != ${sparsity} ? ... : 0.`;

  test.each([
    ["1 / (2 - 2)", 5, "division by 0, always."],
    ["loss / 0", 7, "division by 0, always."],
    ["sqrt(-1)", 0, "sqrt of a negative number, always."],
    ["1 / sparsity", 4, inRows(0)],
    ["loss / model_sparsity", 7, inRows(0)],
    ["loss / (compression - 1)", 8, inRows(0)],
    ["1 / (target_sparsity - 0.9)", 5, inRows(0.9)],
    ["loss > 1 ? 2 : 1 / sparsity", undefined, ""],
    ["sparsity > 0 ? 1 / sparsity : 0", undefined, ""],
    ["1 / effective_sparsity", undefined, ""],
    ["1 / (sparsity + loss)", undefined, ""],
  ])("%s", (formula, at, message) => {
    expect(faults([formula])).toEqual(at === undefined ? [] : [[0, at, message]]);
  });

  test("hangs on the sparsities of the study, and on metrics before", () => {
    expect(faults(["1 / sparsity"], [0.5, 0.9])).toEqual([]);
    expect(faults(["2 * sparsity", "1 / m0"])).toEqual([[1, 4, inRows(0)]]);
  });

  test("is found at once in many formulas over many sparsities", () => {
    const long = Array.from({ length: 100 }, (_, i) => `x${i}`)
      .map(() => "sparsity")
      .join("+");
    const sparsities = Array.from({ length: 1000 }, (_, i) => i / 1000);
    expect(
      faults(
        Array.from({ length: 50 }, () => long),
        sparsities,
      ),
    ).toEqual([]);
  });
});

test("a figure of the other task is told when the data are known", () => {
  const given = formulas("1 - mse", "loss", "2 * baseline_accuracy");
  const told = (task: "classification" | "regression") =>
    taskFaults(given, task).map(({ index, fault }) => [index, fault.at, fault.message]);
  expect(told("classification")).toEqual([
    [
      0,
      4,
      "mse is a figure of a regression, and this is a classification. Write loss, which is the cross-entropy, or accuracy.",
    ],
  ]);
  expect(told("regression")).toEqual([
    [
      2,
      4,
      "baseline_accuracy is a figure of a classification, and this is a regression. Write mse, baseline_loss or pruned_loss.",
    ],
  ]);
});
