import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readDetails } from "../../src/recording/details-reader.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import type { LayerRow, ResultRow } from "../../src/recording/rows.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** Structures in a whole study, on 36-8-6-3: what the tables say of units and of weights. */

const folder = await temporaryFolder();
const magnitude = { criterion: "magnitude", allocation: "uniform" };
const gradual = { schedule: { name: "gradual", every: 2 } };
const iterative = { schedule: { name: "iterative", fraction: 0.2 } };
const nOf4 = { ...magnitude, structure: { name: "n-of-m" } };
const methods = [
  "l1-unstructured",
  "ln-structured",
  { name: "pixels", ...magnitude, structure: { name: "input", norm: "l2" } },
  {
    name: "blocks",
    criterion: "magnitude",
    allocation: { name: "global", floor: { count: 1 } },
    structure: { name: "block", rows: 4, columns: 6 },
  },
  { name: "neurons-shuffled", ...magnitude, structure: "neuron", control: "shuffled" },
  { name: "n-of-4", ...nOf4 },
  { name: "n-of-4-gradual", ...nOf4, ...gradual },
  { name: "n-of-4-iterative", ...nOf4, ...iterative },
];
let rows: readonly ResultRow[];
let layers: readonly LayerRow[];
let events: readonly StudyEvent[];

beforeAll(async () => {
  const prune = { methods, sparsities: [0, 0.5, 0.75], finetune: { epochs: 1 } };
  const options = await tinyStudy(folder, { prune, seeds: [0], engine: "kernels-wasm" });
  const whole = path.join(folder, "whole");
  ({ events } = await runIn(whole, options));
  rows = (await readResults(whole)).rows;
  layers = (await readDetails(whole)).layers;
});

const layersOf = (method: string, sparsity: number) =>
  layers.filter((row) => row.method === method && row.target_sparsity === sparsity);
const unitsOf = (method: string, sparsity: number) =>
  (["units", "units_kept"] as const).map((column) =>
    layersOf(method, sparsity).reduce((sum, row) => sum + (row[column] ?? 0), 0),
  );

test("the budget is exact in units; where single weights go, these are the units", () => {
  // 8 + 6 + 3 neurons, 36 + 8 + 6 inputs, 12 + 4 + 1 blocks, 288 + 48 + 18 weights. Halves go to the even number.
  expect(unitsOf("ln-structured", 0)).toEqual([17, 17]);
  expect(unitsOf("ln-structured", 0.5)).toEqual([17, 4 + 3 + 1]);
  expect(unitsOf("ln-structured", 0.75)).toEqual([17, 2 + 2 + 1]);
  expect(unitsOf("neurons-shuffled", 0.5)).toEqual([17, 4 + 3 + 1]);
  expect(unitsOf("pixels", 0.5)).toEqual([50, 25]);
  expect(unitsOf("pixels", 0.75)).toEqual([50, 9 + 2 + 2]);
  expect(unitsOf("blocks", 0.5)).toEqual([17, 9]);
  expect(unitsOf("l1-unstructured", 0.5)).toEqual([354, 177]);
});

test("layers.csv has the units of each tensor that is pruned, and of the others none", () => {
  expect(layersOf("ln-structured", 0.5).map((row) => [row.parameter, row.units, row.units_kept])).toEqual([
    ["fc1.weight", 8, 4],
    ["fc1.bias", null, null],
    ["fc2.weight", 6, 3],
    ["fc2.bias", null, null],
    ["fc3.weight", 3, 1],
    ["fc3.bias", null, null],
  ]);
});

test("what hangs on a pruned neuron is dead: its bias, and the weights that read it", () => {
  const [fc1, , fc2, bias2, fc3, bias3] = layersOf("ln-structured", 0.5);
  // 4 of 8, then 3 of 6 of which each reads 4, then 1 of 3, which reads 3.
  expect([fc1, fc2, fc3].map((row) => row?.nonzero)).toEqual([4 * 36, 3 * 8, 6]);
  expect([fc1, fc2, fc3].map((row) => row?.live)).toEqual([4 * 36, 3 * 4, 3]);
  expect([bias2?.live, bias3?.live]).toEqual([3, 1]);
  const [row] = rows.filter((each) => each.method === "ln-structured" && each.target_sparsity === 0.5);
  expect(row?.effective_sparsity).toBeCloseTo(1 - (144 + 12 + 3) / 354, 6);
});

test("a floor of one block leaves every layer something", () => {
  for (const { parameter, units_kept } of layersOf("blocks", 0.75)) {
    if (parameter.endsWith(".weight")) expect(units_kept).toBeGreaterThanOrEqual(1);
  }
});

test("N:M meets its budget at once, in the course of the recovery and over levels", () => {
  for (const method of ["n-of-4", "n-of-4-gradual", "n-of-4-iterative"]) {
    for (const [sparsity, kept] of [
      [0.5, [144, 24, 9]],
      [0.75, [72, 12, 4]],
    ] as const) {
      const weights = layersOf(method, sparsity).filter(({ parameter }) => parameter.endsWith(".weight"));
      expect(weights.map(({ nonzero }) => nonzero)).toEqual(kept);
    }
  }
});

test("who prunes neurons of the output layer is told of the classes", () => {
  const warnings = events.flatMap((event) => (event.event === "notice" ? [event.message] : []));
  expect(warnings).toContain(
    "ln-structured at sparsity 0.5 keeps 1 of the 3 outputs of fc3: the others answer the same to every example. prune.exclude: [output] spares them.",
  );
});

test("a study of single weights has no such columns", async () => {
  const options = await tinyStudy(folder, { seeds: [0] });
  const plain = path.join(folder, "plain");
  await runIn(plain, options);
  expect((await readDetails(plain)).layers[0]).not.toHaveProperty("units_kept");
});
