import { expect, test } from "vitest";
import { layerHistograms } from "../../src/charts/layer-histograms.ts";
import { everyChartStudy, exampleStudy } from "../support/example-study.ts";

interface Bin {
  readonly panel: string;
  readonly state: string;
  readonly count: number;
}

test("every layer has a panel, with all of its weights that are not 0 in each state", () => {
  const study = everyChartStudy();
  const spec = layerHistograms(study) as { data: { values: readonly Bin[] } } | undefined;
  const bins = spec?.data.values ?? [];
  const panels = ["fc1", "fc2", "fc3", "fc4", "fc5"];
  expect([...new Set(bins.map(({ panel }) => panel))]).toEqual(panels);
  const before = study.snapshots.before?.tensors ?? [];
  for (const [i, panel] of panels.entries()) {
    const own = bins.filter((bin) => bin.panel === panel && bin.state === "before pruning");
    expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(before[i]?.nonzero);
  }
});

test("there is none where the study does not ask for it, or another chart shows all layers", () => {
  const asked = everyChartStudy();
  expect(layerHistograms({ ...asked, evaluation: undefined })).toBeUndefined();
  expect(layerHistograms({ ...asked, snapshots: exampleStudy().snapshots })).toBeUndefined();
});
