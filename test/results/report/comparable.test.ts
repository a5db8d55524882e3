import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/recording/manifest.ts";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { apartSentence, comparable } from "../../../src/results/report/comparable.ts";
import { regressionRow, resultRow } from "../../support/result-rows.ts";

const study = (name: string, row: ResultRow, checksum?: string) => ({
  name,
  rows: [row],
  layers: [],
  history: [],
  snapshots: undefined,
  manifest: checksum === undefined ? undefined : ({ dataset: { checksum } } as unknown as Manifest),
  configText: undefined,
});
const groups = (...studies: Parameters<typeof comparable>[0]) =>
  comparable(studies).map(({ label, studies: of }) => [label, ...of.map(({ name }) => name)]);

describe("comparable", () => {
  const full = resultRow({});
  const subset = resultRow({ dataset: "mnist-10k", test_examples: 1000 });

  it("keeps together what stands on the same test, also where a table says less", () => {
    expect(groups(study("a", full, "11"), study("b", full), study("c", full, "11"))).toEqual([
      ["mnist, 10,000 test examples", "a", "b", "c"],
    ]);
  });

  it.each([
    ["dataset", study("b", resultRow({ dataset: "fashion-mnist" })), "fashion-mnist, 10,000 test examples"],
    ["number of test examples", study("b", resultRow({ test_examples: 1 })), "mnist, 1 test example"],
  ])("parts by %s", (_, other, label) => {
    expect(groups(study("a", full), other)).toEqual([
      ["mnist, 10,000 test examples", "a"],
      [label, "b"],
    ]);
  });

  it("parts by the checksum of the data", () => {
    const [one, two] = ["1".repeat(64), "2".repeat(64)];
    expect(groups(study("a", full, one), study("b", full, two), study("c", full))).toEqual([
      ["mnist (SHA-256 11111111), 10,000 test examples", "a", "c"],
      ["mnist (SHA-256 22222222), 10,000 test examples", "b"],
    ]);
  });

  it("parts by what is measured", () => {
    expect(groups(study("a", full), study("b", regressionRow({})))).toEqual([
      ["mnist, 10,000 test examples, by accuracy", "a"],
      ["mnist, 10,000 test examples, by loss", "b"],
    ]);
  });

  it("says why, and only where there is something to say", () => {
    expect(apartSentence(comparable([study("a", full)]))).toBeUndefined();
    expect(apartSentence(comparable([study("a", full), study("b", subset), study("c", subset)]))).toBe(
      "These sweeps do not stand on the same test: mnist, 10,000 test examples (a); mnist-10k, 1,000 test examples " +
        "(b and c). Figures of different tests cannot be compared, so each has findings, charts, ranks and tables of its own.",
    );
  });
});
