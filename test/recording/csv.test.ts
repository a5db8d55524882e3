import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import type { ColumnSet } from "../../src/recording/column.ts";
import { tables } from "../../src/recording/columns.ts";
import { asRecorded, formatCsv, formatCsvBytes, roundAsRecorded } from "../../src/recording/csv.ts";
import { optionalColumns } from "../../src/recording/optional-columns.ts";
import type { HistoryRow } from "../../src/recording/rows.ts";
import { OWN_COLUMNS } from "../../src/recording/table-columns.ts";
import { resultRow } from "../support/result-rows.ts";

const cells = (csv: string) => parse(csv, { columns: true }) as Record<string, string>[];

describe("formatCsv", () => {
  it("keeps the order of the columns of results.csv", () => {
    expect(formatCsv("results", [])).toBe(
      "study,dataset,test_examples,model,method,criterion,allocation,structure,schedule,recovery,recipe,engine," +
        "seed,target_sparsity,sparsity,model_sparsity,effective_sparsity,parameters,nonzero_parameters,compression," +
        "dense_bytes,sparse_bytes,dense_macs,macs,baseline_accuracy,pruned_accuracy,accuracy,accuracy_drop," +
        "baseline_loss,pruned_loss,loss,status\n",
    );
  });

  it("writes figures with 6 decimals, counts whole and settings as given", () => {
    const [row] = cells(
      formatCsv("results", [resultRow({ target_sparsity: 0.9, accuracy: 0.9, accuracy_drop: -1e-9 })]),
    );
    expect(row).toMatchObject({
      target_sparsity: "0.9",
      accuracy: "0.900000",
      accuracy_drop: "0.000000",
      test_examples: "10000",
    });
  });

  it("leaves the cell of a null empty and quotes what needs it", () => {
    const csv = formatCsv("results", [resultRow({ study: 'a, "b"', accuracy: null })]);
    expect(csv).toContain('"a, ""b""",');
    expect(cells(csv)).toMatchObject([{ study: 'a, "b"', accuracy: "" }]);
  });

  it("keeps a learning rate too small for 6 decimals", () => {
    const row: HistoryRow = {
      study: "s",
      phase: "train",
      method: null,
      target_sparsity: null,
      seed: 0,
      epoch: 1,
      learning_rate: 1e-7,
      train_loss: 0.5,
      validation_loss: null,
      validation_accuracy: null,
    };
    expect(formatCsv("history", [row]).split("\n")[1]).toBe("s,train,,,0,1,1e-7,0.500000,,");
  });

  it.each([
    [{ loss: Number.NaN }, "results.csv, row 2: loss (figure) cannot be NaN"],
    [{ accuracy: Number.POSITIVE_INFINITY }, "results.csv, row 2: accuracy (figure) cannot be Infinity"],
    [{ macs: 0.5 }, "results.csv, row 2: macs (integer) cannot be 0.5"],
  ])("refuses %o", (bad, message) => {
    expect(() => formatCsv("results", [resultRow({}), resultRow(bad)])).toThrow(message);
  });
});

describe("docs/results.md", () => {
  const page = readFileSync(path.join(import.meta.dirname, "..", "..", "docs", "results.md"), "utf8");

  it.each(Object.entries(tables))(
    "gives the columns of %s.csv, in order, with their meanings",
    (name, columns) => {
      const table = Object.entries(columns).map(([key, { meaning }]) => `| \`${key}\` | ${meaning} |`);
      expect(page).toContain(`## ${name}.csv\n`);
      expect(page).toContain(["| column | meaning |", "|---|---|", ...table, ""].join("\n"));
    },
  );

  it("gives the columns of metrics of one's own, with their meanings", () => {
    for (const columns of Object.values(OWN_COLUMNS)) {
      const table = Object.entries(columns("NAME")).map(
        ([key, { meaning }]) => `| \`${key}\` | ${meaning} |`,
      );
      expect(page).toContain(["| column | meaning |", "|---|---|", ...table, ""].join("\n"));
    }
  });

  it("gives the columns that only some studies have, with their meanings", () => {
    const groups: readonly ColumnSet[] = Object.values(optionalColumns).flat();
    for (const columns of groups) {
      const table = Object.entries(columns).map(([key, { meaning }]) => `| \`${key}\` | ${meaning} |`);
      expect(page).toContain(["| column | meaning |", "|---|---|", ...table, ""].join("\n"));
    }
  });
});

it("writes long tables with the same bytes, and names the same rows in errors", () => {
  const rows = Array.from({ length: 2500 }, (_, seed) => resultRow({ seed, study: `a "${seed}"` }));
  expect(formatCsvBytes("results", rows).toString()).toBe(formatCsv("results", rows));
  expect(formatCsvBytes("results", []).toString()).toBe(formatCsv("results", []));
  const wrong = rows.map((row, i) => (i === 2100 ? { ...row, sparsity: Number.NaN } : row));
  expect(() => formatCsvBytes("results", wrong)).toThrow(
    "results.csv, row 2101: sparsity (figure) cannot be NaN",
  );
});

it("rounds rows to what a table holds: copies of them, or the rows themselves", () => {
  const rows = [resultRow({ accuracy: 0.12345678, loss: 1e-9, seed: 3 }), resultRow({ accuracy: null })];
  const before = structuredClone(rows);
  const recorded = asRecorded("results", rows);
  expect(recorded.map(({ accuracy, loss, seed }) => [accuracy, loss, seed])).toEqual([
    [0.123457, 0, 3],
    [null, rows[1]?.loss, rows[1]?.seed],
  ]);
  expect(rows).toEqual(before);
  expect(roundAsRecorded("results", rows)).toBe(rows);
  expect(rows).toEqual(recorded);
  expect(formatCsv("results", rows)).toBe(formatCsv("results", before));
});
