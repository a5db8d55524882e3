import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, resolveConfig } from "../../src/config/load.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const beginning = ["dataset: { name: mnist }", "model: { name: mlp }", "metrics:"];

async function load(lines: readonly string[], set: readonly string[] = []) {
  const file = path.join(folder, "case.yaml");
  await writeFile(file, [...beginning, ...lines, ""].join("\n"));
  return (await loadConfig(file, { set, cwd: folder })).config;
}
const problemsOf = (lines: readonly string[], set: readonly string[] = []) =>
  load(lines, set).then(
    () => [],
    (error: Error) => error.message.split("\n"),
  );
const metric = (fields: string) => [`  - { better: higher, ${fields} }`];

describe("metrics", () => {
  test("have defaults", async () => {
    const { metrics } = await load(metric('name: score, formula: "1 - loss", bounds: [0, 1]'));
    expect(metrics).toEqual([
      {
        name: "score",
        formula: "1 - loss",
        better: "higher",
        bounds: [0, 1],
        digits: null,
        tolerance: null,
      },
    ]);
  });

  test("are absent from a config without any", () => {
    expect(
      resolveConfig({ name: "a", dataset: { name: "mnist" }, model: { name: "mlp" } }, { set: [] }),
    ).not.toHaveProperty("metrics");
  });

  test("can be set", async () => {
    const { metrics } = await load(metric("name: score, formula: loss"), [
      "metrics.0.better=lower",
      "metrics.0.formula=2 * loss",
    ]);
    expect(metrics?.[0]).toMatchObject({ better: "lower", formula: "2 * loss" });
  });

  test.each([
    [
      "plain",
      ["  - name: s", "    better: higher", "    formula: 1 - msee"],
      "case.yaml:6:18: metrics.0.formula: ",
    ],
    ["in quotes", metric('name: s, formula: "1 - msee"'), "case.yaml:4:46: metrics.0.formula: "],
    [
      "a block",
      ["  - name: s", "    better: higher", "    formula: |", "      1 - msee"],
      "case.yaml:7:11: metrics.0.formula: ",
    ],
    [
      "folded",
      ["  - name: s", "    better: higher", "    formula: >", "      1", "      - msee"],
      "case.yaml:6: metrics.0.formula: column 5 of it: ",
    ],
  ])("a fault in a formula that is written %s is told where it stands", async (_, lines, place) => {
    expect(await problemsOf(lines)).toEqual([`${place}there is no figure 'msee'. Did you mean 'mse'?`]);
  });

  test("a fault in one that is set, or given as data, is told by its column", async () => {
    expect(await problemsOf(metric("name: s, formula: loss"), ["metrics.0.formula=1 +"])).toEqual([
      "--set metrics.0.formula=1 +: metrics.0.formula: column 4 of it: it ends before it is complete.",
    ]);
    const config = { name: "a", dataset: { name: "mnist" }, model: { name: "mlp" } };
    const metrics = [{ name: "s", formula: "x".repeat(10_000_000), better: "lower" }];
    expect(() => resolveConfig({ ...config, metrics }, { set: [] })).toThrow("at most 1000 characters");
  });

  test.each([
    ["accuracy", "accuracy is a metric already"],
    ["Loss", "Loss is a metric already"],
    ["mse", "mse is a figure that formulas name"],
    ["min", "min is a function of formulas"],
    ["new", "it has a meaning of its own in formulas"],
    ["a-b", "letters, digits and '_', starting with a letter"],
    ["constructor", "letters, digits and '_', starting with a letter"],
    ["2a", "letters, digits and '_', starting with a letter"],
  ])("cannot be called %s", async (name, why) => {
    expect((await problemsOf(metric(`name: ${name}, formula: loss`)))[0]).toMatch(
      new RegExp(`^case.yaml:4: metrics.0.name: '${name}' cannot name a metric: .*${why}`),
    );
  });

  test.each([
    [["a", "A"], "'A' cannot name a metric: A is of the metric a."],
    [["a", "baseline_a"], "'baseline_a' cannot name a metric: baseline_a is of the metric a."],
    [["a_mean", "a"], "'a' cannot name a metric: 'a_mean', which it would have, is of the metric a_mean."],
  ])("%j would have the same columns", async (names, message) => {
    const lines = names.flatMap((name) => metric(`name: ${name}, formula: loss`));
    expect(await problemsOf(lines)).toEqual([`case.yaml:5: metrics.1.name: ${message}`]);
  });

  test.each([
    ["bounds: [1, 0]", "case.yaml:4: metrics.0.bounds: the first bound is the lower one."],
    ["bounds: [1]", "case.yaml:4: metrics.0.bounds: "],
    ["unit: ' x'", "case.yaml:4: metrics.0.unit: "],
    ["digits: 20", "case.yaml:4: metrics.0.digits: 20 is too large: at most 10."],
    ["worse: lower", "case.yaml:4: metrics.0.worse: unknown key."],
  ])("refuses %s", async (field, message) => {
    expect((await problemsOf(metric(`name: s, formula: loss, ${field}`)))[0]).toContain(message);
  });
});
