import { describe, expect, it } from "vitest";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import type { LayerRow, ResultRow } from "../../../src/recording/rows.ts";
import { drawOverlay } from "../../../src/results/report/files.ts";
import { shrunkSentences, shrunkTables } from "../../../src/results/report/shrunk.ts";
import { exampleStudy } from "../../support/example-study.ts";
import { resultRow } from "../../support/result-rows.ts";

const [exampleLayer] = exampleStudy().layers as [LayerRow];

/** A network of 20-8-4 units, without biases, of which each seed keeps so many of the 8; `fc1` has 10 inputs. */
function point(method: string, target_sparsity: number, value: number, left: readonly number[]) {
  return {
    results: left.map((units, seed): ResultRow => {
      const shrunk_parameters = 200 + 24 * units;
      return resultRow({
        method,
        seed,
        target_sparsity,
        accuracy: value,
        parameters: 392,
        shrunk_parameters,
        shrunk_macs: shrunk_parameters,
      });
    }),
    layers: left.flatMap((units, seed) =>
      (
        [
          ["fc1", "20x10", 200, "20x10", 200],
          ["fc2", "8x20", 160, `${units}x20`, 20 * units],
          ["fc3", "4x8", 32, `4x${units}`, 4 * units],
        ] as const
      ).map(
        ([layer, shape, weights, shrunk_shape, shrunk_weights]): LayerRow => ({
          ...exampleLayer,
          method,
          seed,
          target_sparsity,
          layer,
          parameter: `${layer}.weight`,
          shape,
          weights,
          shrunk_shape,
          shrunk_weights,
          shrunk_macs: shrunk_weights,
          dense_macs: weights,
        }),
      ),
    ),
  };
}

function joined(...points: readonly ReturnType<typeof point>[]) {
  return {
    results: points.flatMap(({ results }) => results),
    layers: points.flatMap(({ layers }) => layers),
  };
}

const small = joined(
  point("neurons", 0, 0.98, [8, 8]),
  point("neurons", 0.5, 0.979, [4, 5]),
  point("neurons", 0.75, 0.7, [1, 1]),
  point("blocks", 0, 0.98, [8, 8]),
  point("blocks", 0.5, 0.98, [6, 6]),
);

describe("shrunkSentences", () => {
  it("tells the smallest network within the margin of the dense control", () => {
    // 200 + 24 x 4.5 of 392.
    expect(shrunkSentences(small.results, small.layers, accuracy)).toEqual([
      "Of the networks that stay within 1 point of the dense control on average, the smallest without dead and constant units is that of neurons at 50%: a dense 20-5-4 in place of 20-8-4, with 308 parameters in place of 392, and 1.3x fewer multiply-accumulates.",
    ]);
  });

  it("says nothing where none is within it, of controls of methods, or of whole networks", () => {
    const sentences = (rows: ReturnType<typeof joined>) =>
      shrunkSentences(rows.results, rows.layers, accuracy);
    expect(sentences(joined(point("n", 0, 0.98, [8]), point("n", 0.5, 0.9, [4])))).toEqual([]);
    expect(sentences(joined(point("n", 0, 0.98, [8]), point("n", 0.5, 0.98, [8])))).toEqual([]);
    const controls = small.results.map((row) => ({ ...row, control: "shuffled" }));
    expect(sentences({ ...small, results: controls })).toEqual([]);
  });
});

describe("shrunkTables", () => {
  const cells = (page: string) =>
    [...page.matchAll(/<tr data-series[\s\S]*?<\/tr>/g)].map(([row]) =>
      [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = ""]) => cell.replace(/<[^>]*>/g, "")),
    );

  it("has each method and sparsity at which units go, whole and layer by layer with the range of the seeds", () => {
    const tables = shrunkTables(small.results, small.layers, accuracy, {
      methods: ["neurons", "blocks"],
      firstSeries: 0,
    });
    const rows = cells(tables?.text ?? "");
    expect(rows.slice(0, 3)).toEqual([
      ["neurons", "50%", "97.90", "20-8-4", "20-5-4", "308", "1.3x", "1.2", "308", "1.3x"],
      ["neurons", "75%", "70.00", "20-8-4", "20-1-4", "224", "1.8x", "0.9", "224", "1.8x"],
      ["blocks", "50%", "98.00", "20-8-4", "20-6-4", "344", "1.1x", "1.3", "344", "1.1x"],
    ]);
    expect(rows[4]).toEqual(["neurons", "50%", "fc2", "8", "4.5", "4 to 5", "160", "90", "160", "90"]);
    expect(rows).toHaveLength(3 + 3 * 3);
  });

  it("is there with its chart in a section of the page, where units go alone", async () => {
    const others = {
      name: "s",
      history: [],
      snapshots: undefined,
      manifest: undefined,
      configText: undefined,
    };
    const heading = "What is left as a smaller dense network</h2>";
    const page = await drawOverlay([{ ...others, rows: small.results, layers: small.layers }]);
    const section = page.slice(page.indexOf(heading));
    expect(section).toContain('data-name="shrunk-network"');
    expect(page.match(/data-name="shrunk-network"/g)).toHaveLength(1);
    const whole = joined(point("n", 0, 0.98, [8]), point("n", 0.5, 0.98, [8]));
    expect(await drawOverlay([{ ...others, rows: whole.results, layers: whole.layers }])).not.toContain(
      heading,
    );
  });
});

describe("tables of a study that prunes units", () => {
  const study = exampleStudy({ methods: ["neurons"], seeds: [0], sparsities: [0, 0.5] });
  const page = (layers: readonly LayerRow[]) =>
    drawOverlay([
      {
        name: "s",
        rows: study.results.map((row) => ({ ...row, sparsity: 0.8 * row.target_sparsity })),
        layers,
        history: [],
        snapshots: undefined,
        manifest: undefined,
        configText: undefined,
      },
    ]);

  it("say units and weights, and those of others weights alone", async () => {
    const counted = study.layers.map((row) => ({ ...row, units: 20, units_kept: 10 }));
    const units = await page(counted);
    for (const heading of ["Weights (%)", "Units", "Units kept"])
      expect(units).toContain(`<button type="button">${heading}</button>`);
    expect(units).toContain('<td data-value="40">40.00</td>');
    expect(units).toContain('<td data-value="20">20</td><td data-value="10">10</td>');
    const weights = await page(study.layers);
    expect(weights).not.toContain("Units kept");
    expect(weights).not.toContain("Weights (%)");
  });
});
