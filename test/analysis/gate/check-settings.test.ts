import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { check } from "../../../src/analysis/gate/check.ts";
import { checkSchema, thresholdAt } from "../../../src/analysis/gate/check-settings.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { formatCsv } from "../../../src/recording/csv.ts";
import { originText } from "../../../src/recording/origin.ts";
import { settingsOf } from "../../../src/results/describe.ts";
import { resultRow } from "../../support/result-rows.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const folder = await temporaryFolder();
const NOISE = [0.0008, -0.0012, 0.0003, 0.0011, -0.001];
const curve = (drop: number) =>
  [0.9, 0.98].flatMap((sparsity) =>
    NOISE.map((noise, seed) =>
      resultRow({
        target_sparsity: sparsity,
        sparsity,
        seed,
        accuracy: 0.97 + noise * (sparsity > 0.95 ? 1 : -1) - (sparsity > 0.95 ? drop * (1 + noise) : 0),
      }),
    ),
  );
const write = async (name: string, drop: number, section?: unknown) => {
  const content = formatCsv("results", curve(drop));
  await writeFile(path.join(folder, `${name}.csv`), content);
  const origin = {
    version: "0.1.0",
    engine: { name: "kernels", identity: "a" },
    dataset: { name: "mnist", checksum: "abc" },
    config: { check: section },
  };
  if (section !== undefined)
    await writeFile(path.join(folder, `${name}.origin.yaml`), originText(origin, content));
  return path.join(folder, `${name}.csv`);
};

describe("the results' own check section", async () => {
  const baseline = await write("baseline", 0);

  test("sets tolerances and levels, which flags override", async () => {
    const points = [{ sparsities: [0.98], level: "warn" }];
    const warned = await check({ results: await write("warned", 0.01, { points }), baseline });
    expect(warned.verdict).toBe("no regression");
    expect(warned.items[0]).toMatchObject({ verdict: "regression", level: "warn" });
    const strict = await check({ results: path.join(folder, "warned.csv"), baseline, level: "error" });
    expect(strict.verdict).toBe("regression");

    const lax = await write("lax", 0.01, {
      tolerance: 0.1,
      points: [{ sparsities: [0.98, "area"], tolerance: 3 }],
    });
    expect((await check({ results: lax, baseline })).verdict).toBe("no regression");
    expect((await check({ results: lax, baseline, tolerance: 0.5 })).verdict).toBe("regression");
  });

  test("the baseline's section does not count", async () => {
    const other = await write("other-baseline", 0, { level: "warn" });
    expect((await check({ results: await write("worse", 0.01), baseline: other })).verdict).toBe(
      "regression",
    );
  });

  test("a damaged one is an error that names the key", async () => {
    await expect(check({ results: await write("damaged", 0, { alpha: 2 }), baseline })).rejects.toThrow(
      `The config of ${path.join(folder, "damaged.csv")}: check.alpha:`,
    );
  });
});

test("the section has defaults, and shapes no run", () => {
  expect(checkSchema().parse({})).toEqual({
    alpha: 0.05,
    tolerance: null,
    level: "error",
    allowMissing: false,
    failOnStale: false,
    points: [],
  });
  const config = configSchema().parse({ name: "a", dataset: { name: "mnist" }, model: { name: "mlp" } });
  expect(config.check.level).toBe("error");
  const outline = {
    options: config,
    dataset: { name: "mnist", checksum: "abc" },
    engine: { name: "reference", identity: "a" },
    settings: { train: {} },
  } as never;
  expect(JSON.stringify(settingsOf(outline))).not.toContain("allowMissing");
});

test("of the rules for a place the later counts, key by key", () => {
  const rules = [
    { tolerance: 1, level: "warn" as const },
    { methods: ["a"], tolerance: 2 },
    { sparsities: ["area" as const], level: "error" as const },
  ];
  const at = (method: string, sparsity: number | null) =>
    thresholdAt({ method, sparsity, metric: "accuracy", primary: true }, rules, {
      tolerance: 0.5,
      level: "error",
    });
  expect(at("a", 0.9)).toEqual({ tolerance: 2, level: "warn" });
  expect(at("b", 0.9)).toEqual({ tolerance: 1, level: "warn" });
  expect(at("b", null)).toEqual({ tolerance: 1, level: "error" });
});

test("a rule for a metric is for it alone; without one, the level is for all and the amount for the primary one", () => {
  const rules = [
    { tolerance: 3, level: "warn" as const },
    { metric: "score", tolerance: 0.1 },
    { metric: "loss", level: "error" as const },
  ];
  const by = (metric: string) =>
    thresholdAt({ method: "a", sparsity: 0.9, metric, primary: metric === "loss" }, rules, {
      tolerance: 0.5,
      level: "error",
    });
  expect(by("loss")).toEqual({ tolerance: 3, level: "error" });
  expect(by("score")).toEqual({ tolerance: 0.1, level: "warn" });
  expect(by("points")).toEqual({ tolerance: 0.5, level: "warn" });
});
