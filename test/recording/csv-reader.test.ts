import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tables } from "../../src/recording/columns.ts";
import { formatCsv } from "../../src/recording/csv.ts";
import { parseCsv } from "../../src/recording/csv-reader.ts";
import { resultRow } from "../support/result-rows.ts";

const rows = [
  resultRow({ seed: 0 }),
  resultRow({ seed: 1, compression: null, status: "collapsed" }),
  resultRow({ seed: 2, accuracy: null, loss: null, status: "diverged" }),
];
const csv = formatCsv("results", rows);
const read = (text: string) => parseCsv("results", text, "old.csv");
const edit = (line: number, from: string | RegExp, to: string) =>
  csv
    .split("\n")
    .map((text, i) => (i === line - 1 ? text.replace(from, to) : text))
    .join("\n");

describe("parseCsv", () => {
  test("reads what formatCsv wrote, with the line of each row", () => {
    expect(read(csv)).toEqual(rows.map((row, i) => ({ row, line: i + 2 })));
  });

  test("any text comes back as it was", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (study) => {
        const text = formatCsv("results", [resultRow({ study })]);
        expect(read(text).map(({ row }) => row.study)).toEqual([study]);
      }),
    );
  });

  test("reads history, with its empty cells", () => {
    const epoch = {
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
    } as const;
    expect(parseCsv("history", formatCsv("history", [epoch]), "history.csv")).toEqual([
      { row: epoch, line: 2 },
    ]);
  });

  test("what spreadsheets and git do is no harm: CRLF, a byte order mark, other order, blank lines", () => {
    const reversed = csv
      .split("\n")
      .map((line) => line.split(",").reverse().join(","))
      .join("\n");
    for (const text of [csv.replaceAll("\n", "\r\n"), `\ufeff${csv}`, reversed, `${csv}\n\n`]) {
      expect(read(text).map(({ row }) => row)).toEqual(rows);
    }
  });

  const header = Object.keys(tables.results);
  const without = (column: string) =>
    csv
      .split("\n")
      .map((line) =>
        line
          .split(",")
          .filter((_, i) => header[i] !== column)
          .join(","),
      )
      .join("\n");
  test.each([
    ["an empty file", "", "old.csv, line 1: the file is empty."],
    ["a header alone", csv.split("\n")[0] ?? "", "old.csv, line 1: no row follows the header."],
    ["a missing column", without("macs"), "old.csv, line 1: the column 'macs' is missing."],
    [
      "an extra column",
      edit(1, "loss,status", "loss,status,notes"),
      "old.csv, line 1: there is no column 'notes'.",
    ],
    [
      "a misspelled column",
      edit(1, ",macs", ",mac"),
      "the column 'macs' is missing; there is no column 'mac' (did you mean 'macs'?).",
    ],
    [
      "a column twice",
      edit(1, "loss,status", "loss,status,loss"),
      "old.csv, line 1: the column 'loss' is there twice.",
    ],
    ["a short row", edit(3, ",collapsed", ""), "old.csv, line 3: 31 cells instead of 32, as the header has."],
    ["NaN", edit(2, "0.978000", "NaN"), "old.csv, line 2: accuracy is 'NaN', not a number."],
    ["infinity", edit(2, "0.978000", "1e999"), "old.csv, line 2: accuracy is '1e999', too large a number."],
    ["a percentage", edit(2, "0.978000", "97.8"), "old.csv, line 2: accuracy is 97.8, not between 0 and 1."],
    [
      "half a parameter",
      edit(2, "133510", "133510.5"),
      "old.csv, line 2: nonzero_parameters is '133510.5', not a whole number from 0.",
    ],
    [
      "no test examples",
      edit(2, "mnist,10000", "mnist,0"),
      "old.csv, line 2: test_examples is 0: accuracies need test examples.",
    ],
    ["an empty cell", edit(2, "global-magnitude", ""), "old.csv, line 2: method is empty."],
    [
      "an unknown status",
      edit(2, /ok$/, "fine"),
      "old.csv, line 2: status is 'fine', not one of ok, collapsed, diverged.",
    ],
    ["a stray quote", edit(3, "study,", 'stu"dy,'), "old.csv, line 3: not CSV (Invalid Opening Quote)."],
  ])("refuses %s", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(expect.objectContaining({ kind: "input" }));
  });
});
