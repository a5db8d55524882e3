import { expect, test } from "vitest";
import type { SweetSpotRow } from "../../../src/recording/rows.ts";
import { sweetSpotSentences, sweetSpotTable } from "../../../src/results/report/sweet-spots.ts";

const row = (sparsity: number, choice: number | null, changes: Partial<SweetSpotRow> = {}): SweetSpotRow => ({
  study: "s",
  method: "m",
  seed: 0,
  target_sparsity: sparsity,
  chosen_on: "validation",
  choice_examples: 1200,
  choice_accuracy: choice,
  sweet_spot: "no",
  other_examples: 1000,
  baseline_accuracy: 0.9,
  accuracy: 0.885,
  accuracy_drop: 1.5,
  ...changes,
});
const spot = { sweet_spot: "yes" } as const;

test("a sweet spot is told with what is lost there on other examples", () => {
  expect(sweetSpotSentences([row(0, 0.9), row(0.5, 0.89, spot), row(0.8, 0.5)])).toEqual([
    "The sweet spot of m is 50%, the knee of its accuracy on 1,200 validation examples. On the 1,000 test examples it has 88.50% there, 1.5 points below the dense baseline.",
  ]);
});

test("one of halves is told so, and a network that gains as well", () => {
  const half = { chosen_on: "test half", choice_examples: 436, other_examples: 436 } as const;
  const rows = [
    row(0, 0.9, half),
    row(0.5, 0.89, { ...half, ...spot, accuracy: 0.91, accuracy_drop: -1 }),
    row(0.8, 0.5, half),
  ];
  expect(sweetSpotSentences(rows)).toEqual([
    "The sweet spot of m is 50%, the knee of its accuracy on 436 test texts drawn for the choice. On the other 436 it has 91.00% there, 1.0 points above the dense baseline.",
  ]);
});

test.each([
  [
    "m stands at 2 sparsities",
    [row(0, 0.9), row(0.5, 0.5)],
    /^m has no sweet spot: it stands at 2 sparsity levels/,
  ],
  [
    "it hardly falls",
    [row(0, 0.9), row(0.5, 0.9), row(0.8, 0.895)],
    /falls by less than 1 point up to 80%\.$/,
  ],
  ["it rises", [row(0, 0.9), row(0.5, 0.7), row(0.8, 0.8)], /rises by 1 point or more in between\.$/],
  ["one diverged", [row(0, 0.9), row(0.5, null), row(0.8, 0.8)], /some of its networks diverged\.$/],
])("there is none where %s, and it says why", (_, rows, expected) => {
  expect(sweetSpotSentences(rows)).toEqual([expect.stringMatching(expected)]);
});

test("the table has the means over the seeds, and none is there without rows", () => {
  const shown = { methods: ["m"], firstSeries: 0 };
  expect(sweetSpotTable([], shown)).toBeUndefined();
  const rows = [row(0.5, 0.8, spot), row(0.5, 0.9, { ...spot, seed: 1 })];
  expect(sweetSpotTable(rows, shown)?.text).toContain('<td data-value="0.8500000000000001">85.00</td>');
});
