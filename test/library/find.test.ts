import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import * as yaml from "yaml";
import { resolvedConfigYaml } from "../../src/config/resolved.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { type FindOptions, type FindOutcome, find } from "../../src/library/find.ts";
import { findColumns } from "../../src/library/looks.ts";
import { readManifest } from "../../src/recording/manifest.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const folder = await temporaryFolder();
const at = (name: string) => path.join(folder, name);
const magnitude = { criterion: "magnitude", allocation: "global" };
const methods = [
  "global-magnitude",
  { name: "unrecovered", ...magnitude, recovery: "none" },
  { name: "rounded", ...magnitude, recovery: "none", quantization: { bits: 4 } },
  { name: "tickets", ...magnitude, schedule: { name: "iterative", fraction: 0.5 }, recovery: "rewind" },
  { name: "gradual", ...magnitude, schedule: { name: "gradual", every: 2 } },
];
const prune = { methods, sparsities: [0, 0.5], finetune: { epochs: 2, select: "best" } };
let options: StudyOptions;
const search = { within: 5, tolerance: 0.3, workers: 2 };
const findIn = (name: string, more: FindOptions = {}, of = options) =>
  find(yaml.parse(resolvedConfigYaml(of)) as ConfigInput, { ...search, out: at(name), ...more });
/** The looks of find.csv, by method. */
const tableOf = async (name: string): Promise<Record<string, string>[]> =>
  parse(await readFile(path.join(at(name), "find.csv"), "utf8"), { columns: true });
let outcome: FindOutcome;

beforeAll(async () => {
  options = await tinyStudy(folder, { prune });
  outcome = await findIn("found");
});

describe("find", () => {
  test("ends beside the margin: what is found lies inside, and a third more would not", () => {
    expect(outcome.methods.map(({ method }) => method)).toEqual(
      methods.map((method) => (typeof method === "string" ? method : method.name)),
    );
    for (const { sparsity, outside, found, looks } of outcome.methods) {
      expect(found?.sparsity).toBe(sparsity);
      expect(found?.inside).toBe(true);
      expect(outside).toBeGreaterThan(sparsity);
      expect((1 - sparsity) / (1 - (outside ?? 1))).toBeLessThanOrEqual(1.3 + 1e-9);
      for (const look of looks) {
        expect(look.inside).toBe(
          look.diverged === 0 && look.drop.mean !== null && look.drop.mean <= 5 + 1e-9,
        );
        expect(look.n).toBe(2);
      }
    }
  });

  test("decides by the validation examples: by the history of the last epoch that counts", async () => {
    const found = outcome.methods[0]?.found;
    const sparsity = found?.sparsity ?? 0;
    const swept = { ...options, prune: { ...options.prune, sparsities: [0, sparsity] } };
    await runIn(at("swept"), swept, { charts: true });
    const results = await readResults(at("swept"));
    const best = (seed: number, at: number) =>
      Math.max(
        ...(results.folder?.history ?? [])
          .filter(
            (row) =>
              row.method === "global-magnitude" &&
              row.seed === seed &&
              row.target_sparsity === at &&
              row.epoch > 0,
          )
          .map(({ validation_accuracy }) => validation_accuracy ?? 0),
      );
    const drop = [0, 1].map((seed) => best(seed, 0) - best(seed, sparsity));
    expect(found?.drop.mean).toBeCloseTo((100 * ((drop[0] ?? 0) + (drop[1] ?? 0))) / 2, 3);
    const tested = results.rows.filter(
      (row) => row.method === "global-magnitude" && row.target_sparsity === sparsity,
    );
    expect(found?.test.mean).toBeCloseTo(
      tested.reduce((sum, { accuracy }) => sum + (accuracy ?? 0), 0) / 2,
      6,
    );
  });

  test("writes every look into find.csv, with the columns that docs/adaptive.md gives", async () => {
    const rows = await tableOf("found");
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(findColumns));
    expect(rows.length).toBe(outcome.methods.reduce((sum, { looks }) => sum + looks.length, 0));
    for (const { method, sparsity } of outcome.methods) {
      const found = rows.filter((row) => row.method === method && row.found === "yes");
      expect(found.map((row) => Number(row.target_sparsity))).toEqual([sparsity]);
    }
    const page = await readFile(path.join(packageRoot, "docs", "adaptive.md"), "utf8");
    const table = Object.entries(findColumns).map(([key, { meaning }]) => `| \`${key}\` | ${meaning} |`);
    expect(page).toContain(["| column | meaning |", "|---|---|", ...table, ""].join("\n"));
  });

  test("computes nothing again, and continues where it was interrupted", async () => {
    const started: string[] = [];
    const hear = (event: StudyEvent) => {
      if (event.event === "run-started") started.push(event.run);
    };
    expect(await findIn("found", { onEvent: hear, workers: 1 })).toEqual(outcome);
    expect(started).toEqual([]);
    const interruption = new AbortController();
    let finished = 0;
    const interrupted = findIn("cut", {
      signal: interruption.signal,
      onEvent: ({ event }) => {
        if (event === "run-finished" && ++finished === 20) interruption.abort();
      },
    });
    await expect(interrupted).rejects.toThrow(/^Interrupted: \d+ of \d+ runs are kept\.$/);
    await findIn("cut");
    expect(await tableOf("cut")).toEqual(await tableOf("found"));
  });

  test("shares its runs with the sweep in the same folder, whose tables stay; the sweep leaves find.csv", async () => {
    await runIn(at("both"), options, { charts: true });
    const swept = await filesOf(at("both"));
    const started: string[] = [];
    await findIn("both", {
      onEvent: (event) => {
        if (event.event === "run-started") started.push(event.run);
      },
    });
    expect(started.filter((run) => run.startsWith("baseline") || /-0-seed/.test(run))).toEqual([]);
    expect((await readResults(at("both"))).folder?.unfinished).toBeUndefined();
    const { events } = await runIn(at("both"), options, { charts: true });
    expect(events.some(({ event }) => event === "run-started")).toBe(false);
    const now = await filesOf(at("both"));
    expect(await tableOf("both")).toEqual(await tableOf("found"));
    for (const table of ["results.csv", "summary.csv", "report.html"]) {
      expect(now.get(table)).toBe(swept.get(table));
    }
    expect((await readManifest(at("both")))?.files).toContain("find.csv");
  });

  test("finds by the loss of a regression, in percent of the control's", async () => {
    const regression = {
      name: "noise",
      dataset: {
        name: "synthetic",
        targets: { name: "linear" },
        inputs: 6,
        train: 120,
        test: 40,
        validation: 40,
      },
      model: { name: "mlp", hidden: [6] },
      train: { epochs: 2 },
      prune: { methods: ["global-magnitude"], finetune: { epochs: 1 } },
      seeds: [0, 1],
      engine: "reference",
    } as unknown as ConfigInput;
    const { metric, methods: found } = await find(regression, {
      ...search,
      within: 20,
      out: at("regression"),
    });
    expect(metric).toBe("loss");
    expect(found[0]?.looks.length).toBeGreaterThan(2);
  });

  test.each([
    [{ within: -1 }, {}, "within: -1 is not a number from 0, such as 1 for 1 point of accuracy."],
    [{ tolerance: 0 }, {}, "tolerance: 0 is not a number from 0.000001 to 1"],
    [
      {},
      { dataset: { name: "idx", path: path.join(folder, "tiny-digits"), validation: 0 }, prune: {} },
      "tiny: tiny-digits has no validation examples, and what is found must not be chosen on the test examples.",
    ],
    [
      {},
      { prune: { methods: [{ name: "guess", construction: "predict-mean" }] } },
      "tiny: every method has a sparsity of its own (guess), so there is nothing to find.",
    ],
  ])("refuses %j of %j", async (given, changes, message) => {
    await expect(findIn("refused", given, await tinyStudy(folder, changes))).rejects.toThrow(message);
  });
});
