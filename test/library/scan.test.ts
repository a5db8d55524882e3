import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { layerTolerances, scannedMethod } from "../../src/analysis/layer-scan.ts";
import { layerSensitivity } from "../../src/charts/layer-sensitivity.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { readDetails } from "../../src/recording/details-reader.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import type { LayerRow, ResultRow } from "../../src/recording/rows.ts";
import { layerScanSentences } from "../../src/results/report/layer-scan.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** A study that prunes one layer at a time. */

const folder = await temporaryFolder();
const magnitude = { criterion: "magnitude", allocation: "global" };
const methods = [
  "l1-unstructured",
  { name: "neurons", ...magnitude, structure: "neuron" },
  { name: "tickets", ...magnitude, schedule: { name: "iterative", fraction: 0.5 }, recovery: "rewind" },
  { name: "rounded", ...magnitude, quantization: { bits: 4 } },
];
let rows: readonly ResultRow[];
let layers: readonly LayerRow[];

beforeAll(async () => {
  const prune = {
    scan: "layers",
    methods,
    sparsities: [0, 0.5, 0.9],
    exclude: ["output"],
    finetune: { epochs: 1 },
  };
  await runIn(path.join(folder, "scan"), await tinyStudy(folder, { prune }));
  rows = (await readResults(path.join(folder, "scan"))).rows;
  layers = (await readDetails(path.join(folder, "scan"))).layers;
});

describe("prune.scan: layers", () => {
  test("prunes each layer that may be pruned alone, to each sparsity of its own", () => {
    const names = ["l1-unstructured", "neurons", "tickets", "rounded"].flatMap((name) => [
      `${name}@fc1`,
      `${name}@fc2`,
    ]);
    expect([...new Set(rows.map(({ method }) => method))]).toEqual(names);
    const size = { fc1: 36 * 8, fc2: 8 * 6 };
    for (const row of rows.filter(({ method }) => !method.startsWith("neurons"))) {
      const weights = size[row.layer as keyof typeof size];
      // Round half to even: 0.9 x 288 = 259.2, 0.9 x 48 = 43.2.
      expect(row.sparsity).toBeCloseTo(Math.round(row.target_sparsity * weights) / weights, 6);
      expect(row.parameters - row.nonzero_parameters).toBe(Math.round(row.target_sparsity * weights));
    }
    for (const row of layers) {
      const alone = row.method.endsWith(`@${row.layer}`) && row.parameter.endsWith(".weight");
      if (!alone) expect(row.nonzero).toBe(row.weights);
    }
  });

  test("has the dense control of the study under every method", () => {
    const controls = rows.filter(
      ({ target_sparsity, seed, recovery, quantization }) =>
        target_sparsity === 0 && seed === 0 && recovery === "finetune" && quantization === "none",
    );
    expect(new Set(controls.map((row) => row.accuracy)).size).toBe(1);
    expect(controls).toHaveLength(4);
  });

  test("shows a line for each layer, a panel a method, and what each layer bears", () => {
    const spec = JSON.parse(JSON.stringify(layerSensitivity({ results: rows })));
    const points: { method: string; layer: string; sparsity: number }[] = spec.data.values;
    expect(points).toHaveLength(4 * 2 * 3);
    expect(spec.facet.sort).toEqual(["l1-unstructured", "neurons", "tickets", "rounded"]);
    expect(layerScanSentences(rows).map((sentence) => /whole, (\w+)/.exec(sentence)?.[1])).toHaveLength(4);
  });

  test("refuses what has no layers to choose", async () => {
    const prune = { scan: "layers", methods: [{ name: "guess", construction: "predict-mean" }] };
    const options = await tinyStudy(folder, { prune });
    await expect(runIn(path.join(folder, "refused"), options)).rejects.toThrow(
      "prune.scan: layers prunes one layer of the trained network at a time, and guess constructs another network.",
    );
  });
});

test("a layer bears what costs at most the margin at every sparsity before", () => {
  const point = (layer: string, sparsity: number, value: number): ResultRow[] =>
    rows.slice(0, 2).map((row, seed) => ({
      ...row,
      seed,
      method: `m@${layer}`,
      layer,
      target_sparsity: sparsity,
      accuracy: value,
      status: "ok",
    }));
  const scan = [
    ...point("fc1", 0, 0.98),
    ...point("fc1", 0.5, 0.972),
    ...point("fc1", 0.9, 0.96),
    ...point("fc1", 0.95, 0.979),
    ...point("fc2", 0, 0.98),
    ...point("fc2", 0.5, 0.95),
    ...point("fc3", 0, 0.98),
    ...point("fc3", 0.5, 0.98),
    ...point("fc3", 0.9, 0.971),
  ];
  expect(layerTolerances(scan, accuracy)).toEqual([
    { method: "m", layer: "fc2", sparsity: null },
    { method: "m", layer: "fc1", sparsity: 0.5 },
    { method: "m", layer: "fc3", sparsity: 0.9 },
  ]);
  expect(layerScanSentences(scan)).toEqual([
    "Layer by layer, the others whole, m stays within 1 point of the dense control on average: fc2 at none of the sparsities, fc1 up to 50% and fc3 up to 90%; the first is the most sensitive.",
  ]);
  const [first] = scan;
  const { layer: _, ...whole } = first as ResultRow;
  expect(scannedMethod(whole)).toBeUndefined();
  expect(layerScanSentences([whole])).toEqual([]);
  expect(layerSensitivity({ results: [whole] })).toBeUndefined();
});
