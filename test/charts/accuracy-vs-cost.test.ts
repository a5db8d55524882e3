import { describe, expect, it } from "vitest";
import { accuracyVsMacs, accuracyVsSize, accuracyVsTraining } from "../../src/charts/accuracy-vs-cost.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { resultRow } from "../support/result-rows.ts";

/** Method a: cheap and good; method b: as good at twice the cost, and best of all at four times. */
const rows: readonly ResultRow[] = [
  resultRow({ method: "a", target_sparsity: 0.9, sparse_bytes: 1024, macs: 100, accuracy: 0.9 }),
  resultRow({ method: "b", target_sparsity: 0.9, sparse_bytes: 2048, macs: 200, accuracy: 0.9 }),
  resultRow({ method: "b", target_sparsity: 0.5, sparse_bytes: 4096, macs: 400, accuracy: 0.95 }),
];

interface Datum {
  readonly method?: string;
  readonly cost?: number;
  readonly label?: string;
  readonly text?: string;
}

function read(spec: unknown) {
  const { data, layer, title } = JSON.parse(JSON.stringify(spec)) as {
    data: { values: Datum[] };
    layer: { data?: { values: Datum[] } }[];
    title: { text: string; subtitle: string[] };
  };
  const [front, rules] = layer.map((l) => l.data?.values ?? []);
  return { points: data.values, front: front ?? [], rules: rules ?? [], title };
}

describe("accuracyVsSize", () => {
  it("has a point a method and sparsity, at its size in KiB, which says what it is", () => {
    const { points, title } = read(accuracyVsSize({ results: rows }));
    expect(points.map(({ cost }) => cost)).toEqual([1, 4, 2]);
    expect(points[0]?.label).toBe("a: 1 KiB, 90.00% at 90% pruned");
    expect(title.text).toBe("Test accuracy against size: mlp on mnist");
  });

  it("takes the size of codes where weights are rounded", () => {
    const rounded = resultRow({ method: "c", sparse_bytes: 4096, coded_bytes: 512, quantization: "any" });
    const { points } = read(accuracyVsSize({ results: [...rows, rounded] }));
    expect(points.at(-1)?.cost).toBe(0.5);
  });

  it("draws the Pareto front to the right end of the axis, without what another beats", () => {
    const { front } = read(accuracyVsSize({ results: rows }));
    const costs = front.map(({ cost }) => cost ?? 0);
    expect(costs.slice(0, 2)).toEqual([1, 4]);
    expect(costs).toHaveLength(3);
    // Past the dense network, 1,066,440 bytes.
    expect(costs[2]).toBeGreaterThan(1041);
  });

  it("has the dense control as a line of its own", () => {
    const control = resultRow({ method: "a", target_sparsity: 0, sparse_bytes: 8192, accuracy: 0.96 });
    const { rules } = read(accuracyVsSize({ results: [...rows, control] }));
    expect(rules.map(({ label }) => label)).toEqual(["dense baseline: 97.90%", "dense control: 96.00%"]);
  });

  it("leaves out what costs nothing: it has no place on a log scale", () => {
    const results = [...rows, resultRow({ method: "a", target_sparsity: 1, macs: 0, accuracy: 0.1 })];
    expect(read(accuracyVsMacs({ results })).points).toHaveLength(3);
    expect(accuracyVsMacs({ results: results.slice(3) })).toBeUndefined();
  });
});

describe("accuracyVsTraining", () => {
  const taking = (method: string, train_macs: number | null, target_sparsity = 0.9) =>
    resultRow({ method, train_macs, target_sparsity });

  it("is there where a method trains half as much again as another at the same sparsity", () => {
    expect(accuracyVsTraining({ results: [taking("a", 100), taking("b", 140)] })).toBeUndefined();
    expect(accuracyVsTraining({ results: [taking("a", 100), taking("b", 900, 0.5)] })).toBeUndefined();
    const spec = accuracyVsTraining({ results: [taking("a", 100), taking("b", 160)] });
    const { points, front, title } = read(spec);
    expect(points.map(({ cost }) => cost)).toEqual([100, 160]);
    expect(points[1]?.label).toBe("b: 160 multiply-accumulates of training, 97.80% at 90% pruned");
    expect(front).toEqual([]);
    expect(title.subtitle.join(" ")).not.toContain("Pareto");
  });

  it("is not there of tables that do not say what training took", () => {
    const { train_macs: _, ...old } = taking("a", 0);
    expect(accuracyVsTraining({ results: [old, { ...old, method: "b" }] })).toBeUndefined();
  });
});
