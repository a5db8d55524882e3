import { describe, expect, it } from "vitest";
import { accuracyVsSparsity, ownMetricVsSparsity } from "../../src/charts/accuracy-vs-sparsity.ts";
import { charts, chartsOf } from "../../src/charts/registry.ts";
import type { PublishedPoint } from "../../src/recording/published-points.ts";
import { diverged, exampleStudy } from "../support/example-study.ts";
import { ownMetrics } from "../support/own-metric.ts";

interface Point {
  readonly method: string;
  readonly stage: string;
  readonly sparsity: number;
  readonly n: number;
  readonly mean: number | null;
  readonly ci95_low: number | null;
  readonly collapsed: number;
}

/** What the chart says: its points, its texts, and the labels beside the lines. */
function read(results: Parameters<typeof accuracyVsSparsity>[0]["results"]) {
  const spec = JSON.parse(JSON.stringify(accuracyVsSparsity({ results })));
  const points: Point[] = spec.data.values;
  const layers: { data?: { values: { text?: string }[] } }[] = spec.layer ?? [];
  const labels = layers.flatMap(({ data }) => data?.values ?? []).flatMap(({ text }) => text ?? []);
  return {
    points,
    labels,
    title: `${spec.title.text}`,
    subtitle: [spec.title.subtitle].flat().join("\n"),
    spec,
  };
}

describe("accuracyVsSparsity", () => {
  it("has the mean over the seeds for each method, sparsity and stage", () => {
    const { points } = read(exampleStudy().results);
    expect(points).toHaveLength(2 * 3 * 2);
    const dense = points.find(({ stage, sparsity }) => stage === "after fine-tuning" && sparsity === 0);
    expect(dense?.n).toBe(3);
    expect(dense?.mean).toBeCloseTo(0.978, 12);
    // logit(0.978) = 3.794240; t(0.975, 2) x 0.001 / sqrt(3) / (0.978 x 0.022) = 0.115456
    expect(dense?.ci95_low).toBeCloseTo(0.975374, 5);
  });

  it("names what it shows: model, data, seeds, test examples, the dense baseline and each method", () => {
    const { title, subtitle, labels } = read(exampleStudy().results);
    expect(title).toBe("Test accuracy against sparsity: mlp on mnist");
    expect(subtitle).toBe("Mean of 3 seeds with 95% confidence band, 10,000 test examples");
    expect(labels).toEqual([
      "dense baseline 97.8%",
      "dense control 97.8%",
      "l1-unstructured",
      "global-magnitude",
    ]);
  });

  it("gives each of more than 16 methods a panel, with the others behind it", () => {
    const methods = Array.from({ length: 17 }, (_, i) => `own-${i}`);
    const { points, subtitle, spec } = read(exampleStudy({ methods }).results);
    expect(spec.facet).toMatchObject({ field: "method", sort: methods });
    expect(points).toHaveLength(17 * 3 * 2);
    const [behind, rules] = spec.spec.layer;
    // In every panel, since the field of the facet is not theirs.
    expect(behind.data.values).toHaveLength(17 * 3);
    expect(Object.keys(behind.data.values[0])).toEqual(["line", "x", "y"]);
    expect(rules.data.values.map(({ label }: { label: string }) => label)).toEqual([
      "dense baseline 97.8%",
      "dense control 97.8%",
    ]);
    expect(subtitle).toContain(
      "Vertical: Test accuracy (%), log scale of the error\nHorizontal: Weights pruned",
    );
    expect(subtitle).toContain("Grey: the other methods after fine-tuning; dotted: before fine-tuning");
    expect(read(exampleStudy({ methods: methods.slice(1) }).results).spec.facet).toBeUndefined();
  });

  it("has one line a method without fine-tuning", () => {
    const { points } = read(exampleStudy({ recovery: "none" }).results);
    expect(points).toHaveLength(2 * 3);
  });

  it("has one line a method that prunes while it is trained, and no legend of stages", () => {
    const results = exampleStudy().results.map((row) => ({ ...row, pruned_accuracy: null }));
    const { points, spec } = read(results);
    expect(new Set(points.map(({ stage }) => stage))).toEqual(new Set(["after fine-tuning"]));
    expect(JSON.stringify(spec.layer)).not.toContain(`"values":["after fine-tuning"`);
  });

  it("leaves out what a network that is trained afterwards answers when it is pruned", () => {
    const results = exampleStudy().results.map((row) => ({ ...row, recovery: "train" }));
    expect(new Set(read(results).points.map(({ stage }) => stage))).toEqual(new Set(["after recovery"]));
  });

  it("says of a single seed how far its test set can be trusted", () => {
    expect(read(exampleStudy({ seeds: [0] }).results).subtitle).toBe(
      "One seed, 10,000 test examples; a test set of this size leaves 97.4% to 98.0% open",
    );
  });

  it("shows the loss of a regression", () => {
    const { title, points, labels } = read(exampleStudy({ regression: true }).results);
    expect(title).toContain("Test loss against sparsity");
    expect(points.find(({ sparsity }) => sparsity === 0)?.mean).toBeCloseTo(0.022, 12);
    expect(labels[0]).toBe("dense baseline 0.0220");
  });

  it("leaves a gap where every seed diverged and says how many runs are left out", () => {
    const results = exampleStudy().results.map((row) =>
      row.method === "l1-unstructured" && row.target_sparsity === 0.9 ? diverged(row) : row,
    );
    const { points, subtitle } = read(results);
    expect(points.filter(({ mean }) => mean === null).map(({ sparsity }) => sparsity)).toEqual([0.9, 0.9]);
    expect(subtitle).toContain("3 diverged runs left out");
  });

  it("marks points with a collapsed run", () => {
    const results = exampleStudy().results.map((row) =>
      row.target_sparsity === 0.99 && row.seed === 1 ? { ...row, status: "collapsed" as const } : row,
    );
    const { points, subtitle } = read(results);
    expect(points.filter(({ collapsed }) => collapsed > 0)).toHaveLength(4);
    expect(subtitle).toContain("× no path from the inputs to the outputs is left");
  });

  it("is not drawn without any measure", () => {
    expect(accuracyVsSparsity({ results: [] })).toBeUndefined();
    expect(accuracyVsSparsity({ results: exampleStudy().results.map(diverged) })).toBeUndefined();
  });
});

describe("the same chart of a metric of one's own", () => {
  const entry = {
    name: "worth",
    formula: "accuracy * sparsity",
    better: "higher",
    bounds: [0, 1],
    label: "worth it",
  };
  const rows = exampleStudy().results.map((row) => ({ ...row, sparsity: row.target_sparsity }));
  const { metrics, results } = ownMetrics([entry], rows);
  const chart = metrics.map(ownMetricVsSparsity)[0];

  it("has its name, its title, its values on a linear scale, and its bounds as thin rules", () => {
    const spec = JSON.parse(
      JSON.stringify(chart?.draw({ results, layers: [], history: [], snapshots: undefined })),
    );
    expect(chart?.name).toBe("worth-vs-sparsity");
    expect(chart?.caption).toContain("Worth it, the higher the better: accuracy * sparsity.");
    expect(spec.title.text).toBe("Worth it against sparsity: mlp on mnist");
    expect(spec.encoding.y.scale).toMatchObject({ type: "linear", domain: [-0.06, 1.06] });
    expect(spec.encoding.y.axis.title).toBe("Worth it");
    expect(spec.layer[0].data.values.map(({ y }: { y: number }) => y)).toEqual([0, 1]);
    const values: { sparsity: number; mean: number; y: number }[] = spec.data.values;
    const row = results.find(({ target_sparsity }) => target_sparsity === 0.9);
    expect(row).toBeDefined();
    for (const { mean, y } of values) expect(y).toBe(mean);
    expect(values.find(({ sparsity }) => sparsity === 0)?.mean).toBe(0);
  });

  it("stands behind the first chart of a study that has it", () => {
    expect(
      chartsOf({ metrics })
        .map(({ name }) => name)
        .slice(0, 2),
    ).toEqual(["accuracy-vs-sparsity", "worth-vs-sparsity"]);
    expect(chartsOf({}).map(({ name }) => name)).toEqual(charts.names());
  });

  it("is not drawn where it has no value", () => {
    expect(chart?.draw({ results: rows, layers: [], history: [], snapshots: undefined })).toBeUndefined();
  });
});

describe("published figures", () => {
  const figure = (values: Partial<PublishedPoint>): PublishedPoint => ({
    paper: "snip-2019",
    year: 2019,
    url: "https://a.example",
    dataset: "mnist",
    network: "mlp",
    method: "SNIP",
    same_as: null,
    kept: 0.02,
    error: "2.4",
    standard_error: null,
    seeds: 20,
    protocol: "",
    source: "table 1",
    ...values,
  });
  const published = [
    figure({}),
    figure({ paper: "rigl-2020", method: "RigL", kept: 0.024, error: "1.48" }),
    figure({ kept: 1, error: "1.7" }),
  ];
  const specOf = (results: ReturnType<typeof exampleStudy>["results"], of = published) =>
    JSON.parse(JSON.stringify(accuracyVsSparsity({ results, published: of })));

  it("stand behind the curves as hollow marks, a shape for each paper, without the dense ones", () => {
    const { layer, encoding } = specOf(exampleStudy().results);
    const [marks, legend] = layer as {
      data: { values: { paper: string; sparsity: number; mean: number; shape: string; label: string }[] };
      mark: object;
    }[];
    expect(marks?.mark).toMatchObject({ type: "point", filled: false });
    expect(marks?.data.values.map(({ paper, label }) => [paper, label])).toEqual([
      ["snip-2019", "snip-2019: SNIP, 98% pruned, 2.4% error"],
      ["rigl-2020", "rigl-2020: RigL, 97.6% pruned, 1.48% error"],
    ]);
    expect(marks?.data.values[0]?.mean).toBeCloseTo(0.976, 12);
    expect(new Set(marks?.data.values.map(({ shape }) => shape)).size).toBe(2);
    expect(legend?.data.values.map(({ paper }) => paper)).toEqual(["snip-2019", "rigl-2020"]);
    // Only our sparsities are labelled.
    expect(encoding.x.axis.values).toHaveLength(3);
  });

  it("leave charts without any as they were, and have no place among losses", () => {
    const { results } = exampleStudy();
    expect(specOf(results, [])).toEqual(JSON.parse(JSON.stringify(accuracyVsSparsity({ results }))));
    const regression = exampleStudy({ regression: true }).results;
    expect(specOf(regression)).toEqual(specOf(regression, []));
  });
});
