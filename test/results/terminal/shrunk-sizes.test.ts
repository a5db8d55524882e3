import { expect, test } from "vitest";
import { shrunkSizes } from "../../../src/results/terminal/shrunk-sizes.ts";
import { resultRow } from "../../support/result-rows.ts";

const at = (method: string, target_sparsity: number, accuracy: number, shrunk_parameters: number) =>
  [0, 1].map((seed) =>
    resultRow({
      method,
      seed,
      target_sparsity,
      accuracy,
      shrunk_parameters: shrunk_parameters + 20 * seed,
      shrunk_macs: shrunk_parameters,
      parameters: 1020,
      dense_macs: 1000,
    }),
  );

test("a row a method: the smallest that costs at most a point on average, or else the largest", () => {
  const rows = [
    ...at("cheap", 0, 0.98, 1020),
    ...at("cheap", 0.5, 0.979, 500),
    ...at("cheap", 0.8, 0.971, 200),
    ...at("cheap", 0.9, 0.8, 100),
    ...at("dear", 0, 0.98, 1020),
    ...at("dear", 0.5, 0.9, 500),
    ...at("dear", 0.8, 0.8, 200),
    ...at("whole", 0.5, 0.98, 1020),
  ];
  expect(shrunkSizes(rows)).toEqual([
    "smaller dense  pruned  accuracy        parameters              MACs",
    "cheap             80%    97.10%  210 (4.9x fewer)  200 (5.0x fewer)",
    "dear              50%    90.00%  510 (2.0x fewer)  500 (2.0x fewer)",
    "",
    expect.stringContaining("within 1 point of the dense control"),
  ]);
});

test("there is none where all units stay, or the study did not ask", () => {
  expect(shrunkSizes(at("whole", 0.5, 0.98, 1020))).toEqual([]);
  expect(shrunkSizes([resultRow({})])).toEqual([]);
});
