import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as yaml from "yaml";
import { seedsNeeded } from "../../src/analysis/seeds-needed.ts";
import { resolveConfig } from "../../src/config/load.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { planStudies } from "../../src/library/forecast.ts";
import { merge } from "../../src/library/merge.ts";
import { runStudies } from "../../src/library/study.ts";
import { readManifest } from "../../src/recording/manifest.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const folder = await temporaryFolder();
const at = (name: string) => path.join(folder, name);
const rule = { until: 4, atLeast: 2, atMost: 9 };
const changes = {
  prune: { methods: ["global-magnitude"], sparsities: [0, 0.9], finetune: { epochs: 1 } },
  train: { epochs: 2, batchSize: 16, optimizer: { name: "adam", learningRate: 0.02 } },
};
let options: StudyOptions;
const seedsOf = async (name: string) =>
  [...new Set((await readResults(at(name))).rows.map(({ seed }) => seed))].sort((a, b) => a - b);

beforeAll(async () => {
  options = await tinyStudy(folder, { ...changes, seeds: rule });
  await runIn(at("whole"), options);
});

describe("a study with a rule for its seeds", () => {
  test("ends with the seeds that its results ask for, and no more", async () => {
    const { rows } = await readResults(at("whole"));
    const seeds = await seedsOf("whole");
    expect(seeds).toEqual(Array.from({ length: seeds.length }, (_, seed) => seed));
    expect(seeds.length).toBeGreaterThan(rule.atLeast);
    // The walk from the first seeds to the last, by the rule alone.
    let count = rule.atLeast;
    for (let next = 0; next !== count; ) {
      const last = count;
      next = seedsNeeded(
        rows.filter(({ seed }) => seed < last),
        rule,
      ).seeds;
      if (next !== count) [count, next] = [next, 0];
    }
    expect(seeds.length).toBe(count);
  });

  test("keeps the rule in config.yaml, and the seeds beside it in manifest.json", async () => {
    const config = yaml.parse(await readFile(path.join(at("whole"), "config.yaml"), "utf8"));
    expect(config.seeds).toEqual(rule);
    expect(config.seedRule).toBeUndefined();
    const manifest = await readManifest(at("whole"));
    expect(manifest?.seeds).toEqual({ ...rule, used: await seedsOf("whole") });
  });

  test("gives the same files again, continued, on two workers, and after an interruption", async () => {
    const files = await filesOf(at("whole"));
    await runIn(at("whole"), options);
    expect(await filesOf(at("whole"))).toEqual(files);
    const interruption = new AbortController();
    const interrupted = runIn(at("again"), options, {
      workers: 2,
      signal: interruption.signal,
      // In the midst of the seeds that are added.
      onEvent: ({ event, ...rest }) => {
        if (event === "run-started" && "run" in rest && rest.run === "baseline-seed2") interruption.abort();
      },
    });
    await expect(interrupted).rejects.toThrow("Interrupted:");
    await runIn(at("again"), options, { workers: 2 });
    expect(await filesOf(at("again"))).toEqual(files);
  });

  test("gives the tables of a list with these seeds", async () => {
    const listed = await tinyStudy(folder, { ...changes, seeds: await seedsOf("whole") });
    await runIn(at("listed"), listed);
    for (const table of ["results.csv", "summary.csv", "layers.csv", "history.csv"]) {
      expect(await readFile(path.join(at("listed"), table), "utf8")).toBe(
        await readFile(path.join(at("whole"), table), "utf8"),
      );
    }
  });

  test("goes on after a study beside it is done", async () => {
    const plain = { ...options, name: "plain", seeds: [0], seedRule: undefined };
    const requests = [plain, options].map((of) => ({
      options: of,
      folder: at(`beside-${of.name}`),
      dataDir: undefined,
      checkpoints: "baselines" as const,
      charts: false,
      fresh: false,
    }));
    const ends = await runStudies(requests, {
      workers: 2,
      shard: undefined,
      keepGoing: false,
      onEvent: () => {},
      signal: new AbortController().signal,
    });
    expect(ends.map(({ state }) => state)).toEqual(["done", "done"]);
    expect(await filesOf(at("beside-tiny"))).toEqual(await filesOf(at("whole")));
  });

  test("is merged whole, and refused in parts", async () => {
    await merge(at("merged"), [at("whole")]);
    expect(await seedsOf("merged")).toEqual(await seedsOf("whole"));
    const sharded = { shard: { index: 1, count: 2 } };
    await expect(runIn(at("part"), options, sharded)).rejects.toThrow(
      "tiny: seeds.until looks at all results before it adds seeds, and --shard computes a part of them.",
    );
    const request = {
      options,
      folder: at("part"),
      dataDir: undefined,
      checkpoints: "none",
      charts: false,
      fresh: false,
    } as const;
    await expect(
      planStudies([request], { ...sharded, workers: 1, onEvent: () => {}, keepGoing: false }),
    ).rejects.toThrow("--shard");
  });
});

test("the rule stands in a config in place of the list", () => {
  const config = (seeds: unknown) =>
    resolveConfig(
      { name: "a", dataset: { name: "mnist" }, model: { name: "lenet-300-100" }, seeds },
      { set: [] },
    );
  expect(config({ until: 0.2 })).toMatchObject({
    seeds: [0, 1, 2],
    seedRule: { until: 0.2, atLeast: 3, atMost: 20 },
  });
  expect(config([4])).not.toHaveProperty("seedRule");
  expect(() => config({ until: 0 })).toThrow("config: seeds.until: 0 is too small: above 0.");
  expect(() => config({ until: 1, atMost: 2 })).toThrow("config: seeds.atMost: 2 is less than atLeast, 3.");
  expect(() => config({ until: 1, atLeast: 1 })).toThrow(
    "config: seeds.atLeast: 1 is too small: at least 2.",
  );
  expect(() => config({ atMost: 5 })).toThrow("config: seeds.until: missing; a number is needed.");
});
