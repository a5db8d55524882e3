import { describe, expect, it } from "vitest";
import { roundingDifferences } from "../../../src/analysis/rounding-differences.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { roundingSentences, roundingTable } from "../../../src/results/report/rounding.ts";
import { resultRow } from "../../support/result-rows.ts";

const seeds = [0, 1, 2];
const rowsOf = (method: string, quantization: string, accuracies: readonly number[], bytes: number) =>
  seeds.map((seed) =>
    resultRow({
      method,
      quantization,
      seed,
      accuracy: accuracies[seed] ?? null,
      sparse_bytes: 4096,
      coded_bytes: bytes,
      huffman_bytes: quantization === "none" ? null : bytes / 2,
    }),
  );
const rows: readonly ResultRow[] = [
  ...rowsOf("plain", "none", [0.98, 0.981, 0.979], 4096),
  ...rowsOf("eight", "symmetric(bits=8 per=tensor training=none)", [0.98, 0.981, 0.979], 2048),
  ...rowsOf("two", "symmetric(bits=2 per=channel training=none)", [0.88, 0.881, 0.879], 1024),
];
const differences = roundingDifferences(rows, accuracy);
const shown = { metric: accuracy, methods: ["plain", "eight", "two"], firstSeries: 0 };

describe("rounded weights in the report", () => {
  it("cost what can be told from chance, or nothing that can", () => {
    const [first, second, ...others] = roundingSentences(differences, accuracy);
    expect(first).toMatch(
      /^Rounded weights against those of plain, two: it differs at every sparsity: 10\.0 points below \(paired by 3 seeds, /,
    );
    expect(second).toMatch(
      /^Rounded weights against those of plain, eight: at no sparsity can a difference be told from chance/,
    );
    expect(others).toEqual([]);
  });

  it("have a table with bits, differences and sizes", () => {
    const { text = "" } = roundingTable(rows, differences, shown) ?? {};
    const cells = [...text.matchAll(/<tr data-series="\d">(.*?)<\/tr>/gs)].map(([, row = ""]) =>
      row.replaceAll(/<svg.*?<\/svg>|<span.*?<\/span>/gs, "").replaceAll(/<[^>]*>/g, "|"),
    );
    expect(cells).toHaveLength(3);
    expect(cells[0]).toMatch(/32 bits.*98\.00.*1,041\.4.*4\.0.*4\.0/);
    expect(cells[2]).toMatch(/2 bits per channel.*88\.00.*-10\.00.*1,041\.4.*4\.0.*1\.0.*0\.5/);
  });

  it("have none where nothing is rounded", () => {
    expect(roundingTable([resultRow({})], [], shown)).toBeUndefined();
  });
});
