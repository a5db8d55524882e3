import { describe, expect, it } from "vitest";
import { renderCharts } from "../../../src/charts/rendering/render.ts";
import { withinLimits } from "../../../src/charts/rendering/within-limits.ts";
import { exampleStudy } from "../../support/example-study.ts";
import { resultRow } from "../../support/result-rows.ts";

const bare = (rows: ReturnType<typeof resultRow>[]) => ({
  results: rows,
  layers: [],
  history: [],
  snapshots: undefined,
});

describe("withinLimits", () => {
  it("leaves a study as it is", () => {
    const study = exampleStudy();
    expect(withinLimits(study)).toEqual({ data: study, note: undefined });
  });

  it("takes the first methods, and sparsities evenly with both ends, and says so", () => {
    const sparsities = Array.from({ length: 501 }, (_, i) => i / 500);
    const methods = Array.from({ length: 40 }, (_, i) => `m${i}`);
    const all = methods.flatMap((method) =>
      sparsities.map((target_sparsity) => resultRow({ method, target_sparsity })),
    );
    const { data, note } = withinLimits(bare(all));
    expect(note).toBe("Shown: the first 32 of 40 methods, 31 of 501 sparsities");
    const shown = [...new Set(data.results.map((row) => row.target_sparsity))];
    expect([shown[0], shown.at(-1), shown.length]).toEqual([0, 1, 31]);
    expect(new Set(data.results.map((row) => row.method)).size).toBe(32);
  });

  it("stands below the title of each chart that it cut", async () => {
    const sparsities = Array.from({ length: 30 }, (_, i) => i / 30);
    const drawn = await renderCharts(exampleStudy({ methods: ["random-global"], sparsities, seeds: [0] }));
    const subtitles = new Map(drawn.map(({ chart, spec }) => [chart.name, JSON.stringify(spec.title)]));
    expect(subtitles.get("finetuning")).toContain("Shown: 24 of 30 sparsities");
    expect(subtitles.get("accuracy-vs-sparsity")).not.toContain("Shown:");
  });
});
