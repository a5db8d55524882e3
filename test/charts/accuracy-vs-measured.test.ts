import { describe, expect, it } from "vitest";
import { accuracyVsFileBytes, accuracyVsLatency } from "../../src/charts/accuracy-vs-measured.ts";
import { drawSvg } from "../../src/charts/rendering/render.ts";
import type { BenchRow } from "../../src/recording/bench-rows.ts";

function row(changes: Partial<BenchRow>): BenchRow {
  return {
    checkpoint: "results/a.safetensors",
    form: "sparse",
    engine: "kernels-native",
    batch_size: 1,
    accuracy: 0.97,
    microseconds_per_example: 10,
    microseconds_lower_quartile: 9,
    microseconds_upper_quartile: 12,
    examples_per_second: 100_000,
    speedup: 2,
    file_bytes: 9000,
    gzip_bytes: 5000,
    ...changes,
  };
}

const rows: readonly BenchRow[] = [
  row({}),
  row({ batch_size: 64, microseconds_per_example: 1 }),
  row({ form: "shrunk", microseconds_per_example: 20, gzip_bytes: 4000 }),
  row({ engine: "pytorch", form: "shrunk", microseconds_per_example: 60, gzip_bytes: 4000 }),
  row({ checkpoint: "b.safetensors", form: "dense", microseconds_per_example: 40, accuracy: 0.99 }),
  row({ form: "dense", microseconds_per_example: 5, accuracy: null }),
];

interface Datum {
  readonly name: string;
  readonly cost: number;
  readonly label: string;
}

function read(spec: unknown) {
  const { data, layer } = JSON.parse(JSON.stringify(spec)) as {
    data: { values: Datum[] };
    layer: { data?: { values: Datum[] } }[];
  };
  return { points: data.values, named: layer.at(-1)?.data?.values ?? [] };
}

describe("accuracyVsLatency", () => {
  it("has a point a form and engine, at its time for one example, and leaves out what has no accuracy", () => {
    const { points } = read(accuracyVsLatency(rows));
    expect(points.map(({ cost }) => cost)).toEqual([10, 20, 60, 40]);
    expect(points[0]?.label).toBe(
      "a: sparse, kernels-native, 10 us for one example (quartiles 9 and 12), 97.00%",
    );
  });

  it("names the checkpoints of the Pareto front", () => {
    const { named } = read(accuracyVsLatency(rows));
    expect(named.map(({ name, cost }) => [name, cost])).toEqual([
      ["a", 10],
      ["b", 40],
    ]);
  });
});

describe("accuracyVsFileBytes", () => {
  it("has a point a form, whichever engine computed it, at its kB after gzip", () => {
    const { points } = read(accuracyVsFileBytes(rows));
    expect(points.map(({ name, cost }) => [name, cost])).toEqual([
      ["a", 5],
      ["a", 4],
      ["b", 5],
    ]);
    expect(points[0]?.label).toBe("a: sparse, 5,000 bytes after gzip, 97.00%");
  });
});

describe.each([accuracyVsLatency, accuracyVsFileBytes])("both charts", (draw) => {
  it("are drawn, also with one point, and not at all without an accuracy", async () => {
    for (const some of [rows, rows.slice(0, 1)]) {
      const svg = await drawSvg(draw(some) ?? { data: { values: [] }, mark: "point" });
      expect(svg).toContain("Pareto front");
    }
    expect(draw([row({ accuracy: null })])).toBeUndefined();
    expect(draw([])).toBeUndefined();
  });
});
