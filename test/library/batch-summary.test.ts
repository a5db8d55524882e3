import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { summarize } from "../../src/analysis/summarize.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import {
  BATCH_COLUMNS,
  BATCH_LOSS_COLUMNS,
  batchRows,
  batchSummaryCsv,
} from "../../src/library/batch-summary.ts";
import { joinEvaluation } from "../../src/recording/evaluation.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { regressionRow } from "../support/result-rows.ts";

const done = (results: readonly ResultRow[], caution?: string) =>
  batchRows({
    study: "s",
    end: {
      state: "done",
      outcome: {
        study: "s",
        folder: "f",
        results,
        summary: summarize(results),
        metrics: [],
        published: [],
        evaluation: joinEvaluation([]),
        caution,
        shard: undefined,
        runs: 1,
        charts: true,
      },
    },
  });

test("docs/batch.md gives the columns, in order, with their meanings", () => {
  const page = readFileSync(path.join(packageRoot, "docs", "batch.md"), "utf8");
  for (const columns of [BATCH_COLUMNS, BATCH_LOSS_COLUMNS]) {
    const table = Object.entries(columns).map(([key, { meaning }]) => `| \`${key}\` | ${meaning} |`);
    expect(page).toContain(["| column | meaning |", "|---|---|", ...table, ""].join("\n"));
  }
});

test("the sparsity without loss of a regression goes by its loss", () => {
  const at = (target_sparsity: number, losses: readonly number[]) =>
    losses.map((loss, seed) => regressionRow({ target_sparsity, seed, loss }));
  const rows = done([...at(0, [0.1, 0.1]), ...at(0.9, [0.101, 0.101]), ...at(0.99, [0.2, 0.2])]);
  expect(rows).toMatchObject([{ sparsity_without_loss: 0.9, accuracy_there: null, baseline_accuracy: null }]);
  expect(rows[0]?.loss_there).toBeCloseTo(0.101, 12);
  expect(batchSummaryCsv(rows)).toMatch(/,problem,baseline_loss,loss_there\n.*,0\.101000\n$/);
});

test("cells are written as in the other tables", () => {
  const [row] = done([
    regressionRow({ target_sparsity: 0, seed: 0 }),
    regressionRow({ target_sparsity: 0, seed: 1 }),
  ]);
  if (row === undefined) throw new Error("there is no row");
  const text = batchSummaryCsv([{ ...row, baseline_accuracy: 0.5, problem: 'a "b", c' }]);
  expect(text).toBe(
    `${Object.keys({ ...BATCH_COLUMNS, ...BATCH_LOSS_COLUMNS }).join(",")}\n` +
      `s,done,mnist,mlp,kernels-wasm,global-magnitude,2,0,0.500000,0,,1.996929,"a ""b"", c",0.080000,0.085000\n`,
  );
  expect(() => batchSummaryCsv([{ ...row, seeds: 1.5 }])).toThrow(
    "batch-summary.csv, row 1: seeds (integer) cannot be 1.5",
  );
});

test("controls of methods have no rows, unless there is nothing else", () => {
  const of = (method: string, control: string, control_of: string | null) =>
    [0, 0.9].map((target_sparsity) => regressionRow({ method, control, control_of, target_sparsity }));
  const controls = [
    ...of("levels-unpruned", "unpruned", "levels"),
    ...of("narrower-macs", "none", null).map((row) => ({ ...row, allocation: "constructed" })),
  ];
  const methods = (rows: readonly ResultRow[]) => done(rows).map(({ method }) => method);
  expect(methods([...of("levels", "none", null), ...controls])).toEqual(["levels"]);
  expect(methods(controls)).toEqual(["levels-unpruned", "narrower-macs"]);
});

test("no sparsity is without loss where dense networks did not learn", () => {
  const rows = [0, 0.9].map((target_sparsity) => regressionRow({ target_sparsity, loss: 0.1 }));
  expect(done(rows, "Nothing learned.")).toMatchObject([
    { state: "done", sparsity_without_loss: null, accuracy_there: null, problem: "Nothing learned." },
  ]);
});
