import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import { renderCharts } from "../../src/charts/rendering/render.ts";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import type * as library from "../../src/index.ts";
import { loadPlugins } from "../../src/library/plugins.ts";
import { registries } from "../../src/library/registries.ts";
import { figureOf, primaryMetric } from "../../src/metrics/registry.ts";
import { buildNetwork, type ModelOptions, modelSchema } from "../../src/models/registry.ts";
import { parameterSpecs } from "../../src/network/parameters.ts";
import { axes } from "../../src/pruning/method.ts";
import { exampleStudy } from "../support/example-study.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();

/** Loads `key: [{ name, ...code }]`. */
async function bring(key: string, name: string, code: string) {
  const file = path.join(folder, `${name}.mjs`);
  await writeFile(
    file,
    `export default { ${key}: [{ name: "${name}", summary: "Of a plugin.", ${code} }] };`,
  );
  await loadPlugins([file]);
}

const network = buildNetwork(modelSchema().parse({ name: "mlp", hidden: [3] }), [4], 2, "mean-squared-error");
const tensors = parameterSpecs(network).filter(({ role }) => role === "weight");
const weights = new Map(tensors.map(({ name, size }) => [name, new Float32Array(size).fill(1)]));
const scored = tensors.map(({ name, shape, size }) => ({ name, shape, scores: new Float32Array(size) }));
const [first] = tensors;
const evidence = { tensors, weights } as never;
const request = { tensors: scored, sparsity: 0.5, budget: 9 };

/** Calls a function of a member of an axis. */
const call =
  (axis: keyof typeof axes, name: string, field: string, ...given: unknown[]) =>
  () =>
    (axes[axis].named(name) as unknown as Record<string, (...all: unknown[]) => unknown>)[field]?.(...given);

const load = (name: string) =>
  loadDataset(datasetSchema().parse({ name }), { dataDir: undefined, notify: () => {} });
const build = (name: string) => () =>
  buildNetwork(
    { ...modelSchema().parse({ name: "mlp" }), name } as ModelOptions,
    [4],
    2,
    "mean-squared-error",
  );

const dense = (name: string, inputs: number, outputs: number) =>
  JSON.stringify({ kind: "dense", name, inputs, outputs });

describe("what a function of each kind has to give", () => {
  const complete: Readonly<Record<string, string>> = {
    criteria: "scores: () => new Map()",
    allocations: 'exact: "in total", counts: () => [0]',
    structures: "units: () => ({ count: 2, of: [0, 1] })",
    schedules: "levels: () => [0.2]",
  };
  test.each([
    [
      "criterion",
      "criteria",
      "scores",
      "",
      [evidence, {}],
      "a Map that has a Float32Array of 12 scores for fc1.weight",
    ],
    ["criterion", "criteria", "rounds", ", rounds: () => 0", [{}], "a whole number from 1"],
    [
      "criterion",
      "criteria",
      "needs",
      ", needs: () => ({ gradient: {} })",
      [{}],
      'what it needs (Unrecognized key: "gradient")',
    ],
    ["allocation", "allocations", "counts", "", [request, {}], "a list of 2 whole numbers, one a tensor,"],
    [
      "structure",
      "structures",
      "units",
      "",
      [first, {}],
      "{ count, of } with an Int32Array of 12 numbers from 0 to count - 1",
    ],
    [
      "structure",
      "structures",
      "select",
      ", select: () => [1]",
      [new Float32Array(12), 3, first, {}],
      "a Uint8Array with a 0 or 1 for each unit",
    ],
    ["schedule", "schedules", "levels", "", [0.5, {}], "a list of rising sparsities that ends with 0.5"],
    [
      "schedule",
      "schedules",
      "during",
      ", during: () => [{ step: 3, sparsity: 0.1 }]",
      [0.5, 10, {}],
      "a list of { step, sparsity } or { step, regrowth }, steps rising, whose last sparsity is 0.5",
    ],
    ["schedule", "schedules", "startsAt", ", startsAt: () => -1", [{}], "a whole number from 0"],
  ] as const)("%s: %s.%s", async (axis, key, field, code, given, expected) => {
    const name = `wrong-${field}`;
    await bring(key, name, complete[key] + code);
    expect(call(axis, name, field, ...given)).toThrow(
      `The ${axis} ${name} of ${name}.mjs fails in ${field}: it has to give ${expected}.`,
    );
  });

  test("recovery", async () => {
    await bring("recoveries", "wrong-recovery", 'retraining: () => ({ training: "train" })');
    expect(call("recovery", "wrong-recovery", "retraining", {})).toThrow(
      "The recovery wrong-recovery of wrong-recovery.mjs fails in retraining: it has to give " +
        'null, { training: "finetune", distillation? } or { training: "train", rewindTo, optimizer }.',
    );
  });

  test.each([
    ["no-list", "7", "a list of layers (expected array, received number)"],
    [
      "no-layer",
      '[{ kind: "dense", name: "fc1", inputs: 4 }]',
      "a list of layers (0.outputs: expected number, received undefined)",
    ],
    ["one-name", `[${dense("fc1", 4, 3)}, ${dense("fc1", 3, 2)}]`, "a name of its own for each layer"],
    ["no-end", `[${dense("fc1", 4, 3)}]`, "a dense layer with 2 outputs as the last"],
    ["no-fit", `[${dense("fc1", 5, 2)}]`, /^layers that fit each other \(.*fc1.*\)/],
  ])("model: %s", async (name, layers, expected) => {
    await bring("models", name, `layers: () => ${layers}`);
    const start = `The model ${name} of ${name}.mjs fails in layers: it has to give `;
    const message = typeof expected === "string" ? `${start}${expected}.` : expected.source.slice(1);
    expect(build(name)).toThrow(typeof expected === "string" ? message : new RegExp(message));
  });

  test("dataset", async () => {
    await bring("datasets", "wrong-data", 'resultNames: [], load: async () => ({ name: "a b" })');
    await expect(load("wrong-data")).rejects.toMatchObject({
      kind: "failure",
      message: expect.stringMatching(
        /^The dataset wrong-data of wrong-data\.mjs fails in load: it has to give a dataset \(name: 'a b' cannot name a dataset: letters/,
      ),
    });
  });

  test("a formula of a metric that gives no number gives none", async () => {
    const text = await readFile(path.join(packageRoot, "docs", "plugins.md"), "utf8");
    const code = /\/\/ retention\.mjs\n[\s\S]*?```/.exec(text)?.[0].slice(0, -3) ?? "";
    const file = path.join(folder, "retention.mjs");
    await writeFile(file, code);
    await loadPlugins([file]);
    const [metric] = registries.metrics.list();
    expect(metric?.name).toBe("retention");
    const row = resultRow({ baseline_accuracy: 0.8, accuracy: 0.6 });
    expect(metric && figureOf(metric.figures.recovered, row)).toBeCloseTo(0.75);
    expect(metric && figureOf(metric.figures.recovered, {})).toBeNull();
    expect(primaryMetric([row])).toBe(metric);
    expect(primaryMetric([resultRow({ accuracy: null })]).name).toBe("loss");
  });
});

describe("an exception names the member", () => {
  const fails = '() => { throw new Error("out of ideas"); }';

  test.each([
    ["criterion", "criteria", "scores", `scores: ${fails}`],
    ["allocation", "allocations", "counts", `exact: "in total", counts: ${fails}`],
    ["structure", "structures", "units", `units: ${fails}`],
    ["schedule", "schedules", "levels", `levels: ${fails}`],
    ["recovery", "recoveries", "retraining", `retraining: ${fails}`],
  ] as const)("%s", async (axis, key, field, code) => {
    const name = `failing-${axis}`;
    await bring(key, name, code);
    expect(call(axis, name, field)).toThrow(
      `The ${axis} ${name} of ${name}.mjs fails in ${field}: out of ideas`,
    );
  });

  test("model and dataset", async () => {
    await bring("models", "failing-model", `layers: ${fails}`);
    expect(build("failing-model")).toThrow(
      "The model failing-model of failing-model.mjs fails in layers: out of ideas",
    );
    await bring("datasets", "failing-data", `resultNames: [], load: ${fails}`);
    await expect(load("failing-data")).rejects.toThrow(
      "The dataset failing-data of failing-data.mjs fails in load: out of ideas",
    );
  });

  test("chart, and what Vega-Lite refuses", async () => {
    // Each stays registered: the first that fails is told.
    await bring("charts", "refused", 'caption: "None.", draw: () => ({ mark: "nonsense" })');
    await expect(renderCharts(exampleStudy())).rejects.toMatchObject({
      kind: "failure",
      message: expect.stringMatching(/^The chart refused of a plugin cannot be drawn: /),
    });
    await bring("charts", "failing-chart", `caption: "None.", draw: ${fails}`);
    expect(() => registries.charts.named("failing-chart").draw(exampleStudy())).toThrow(
      "The chart failing-chart of failing-chart.mjs fails in draw: out of ideas",
    );
  });
});

describe("the types", () => {
  test("of a plugin are those of the built-in members", () => {
    type Entries<Key extends keyof library.Plugin> = NonNullable<library.Plugin[Key]>[number];
    expectTypeOf<library.Criterion>().toExtend<Entries<"criteria">>();
    expectTypeOf<library.Allocation>().toExtend<Entries<"allocations">>();
    expectTypeOf<library.Structure>().toExtend<Entries<"structures">>();
    expectTypeOf<library.Schedule>().toExtend<Entries<"schedules">>();
    expectTypeOf<library.Recovery>().toExtend<Entries<"recoveries">>();
    expectTypeOf<library.Construction>().toExtend<Entries<"constructions">>();
    expectTypeOf<library.ModelEntry>().toExtend<Entries<"models">>();
    expectTypeOf<library.DatasetEntry>().toExtend<Entries<"datasets">>();
    expectTypeOf<library.Metric>().toExtend<Entries<"metrics">>();
    expectTypeOf<library.Chart>().toExtend<Entries<"charts">>();
    expectTypeOf<library.PluginFunction>().returns.toEqualTypeOf<library.Plugin | Promise<library.Plugin>>();
    expectTypeOf<{ readonly charts: readonly { readonly name: "x" }[] }>().not.toExtend<library.Plugin>();
  });

  // The fixture is compiled against the built types by `npm run typecheck`.
  test("of the page's example compile", async () => {
    const page = await readFile(path.join(packageRoot, "docs", "plugins.md"), "utf8");
    const fixture = await readFile(
      path.join(packageRoot, "test", "fixtures", "plugins", "sensitivity.ts"),
      "utf8",
    );
    expect(page).toContain(`\`\`\`ts\n${fixture}\`\`\``);
  });
});
