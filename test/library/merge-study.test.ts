import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, readFile, rm, truncate } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import * as yaml from "yaml";
import { resolvedConfigYaml } from "../../src/config/resolved.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { lockFolder } from "../../src/foundations/folder-lock.ts";
import { mergeStudy, type Part } from "../../src/library/merge-study.ts";
import { runStudy } from "../../src/library/study.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

let root: string;
let options: StudyOptions;

beforeAll(async () => {
  root = await temporaryFolder();
  options = await tinyStudy(root);
  await runIn(path.join(root, "whole"), options, { checkpoints: "all" });
  for (const index of [1, 2, 3]) await runShard(index);
});

async function runShard(index: number, name = `part-${index}`, changed = options): Promise<void> {
  await runStudy({
    options: changed,
    folder: path.join(root, name),
    dataDir: undefined,
    workers: 2,
    checkpoints: "all",
    charts: false,
    fresh: false,
    shard: { index, count: 3 },
    onEvent: () => {},
    signal: new AbortController().signal,
  });
}

/** A part with the config that it recorded; a folder without one gets some other. */
function part(name: string): Part {
  const folder = path.join(root, name);
  const file = path.join(folder, "config.yaml");
  const configText = existsSync(file) ? readFileSync(file, "utf8") : resolvedConfigYaml(options);
  return { folder, configText, options: configSchema().parse(yaml.parse(configText)) };
}

const mergeInto = (folder: string, first: Part, ...others: Part[]) =>
  mergeStudy({
    parts: [first, ...others],
    folder: path.join(root, folder),
    charts: false,
    onEvent: () => {},
  });

describe("merging", () => {
  it("gives the bytes of the unsharded sweep, in any order of the parts and without the data", async () => {
    await rm(path.join(root, "tiny-digits"), { recursive: true });
    const outcome = await mergeInto("merged", part("part-3"), part("part-1"), part("part-2"));
    expect(outcome).toMatchObject({ shard: undefined, runs: 12 });
    expect(outcome.results).toHaveLength(12);
    expect(await filesOf(path.join(root, "merged"))).toEqual(await filesOf(path.join(root, "whole")));
    await tinyStudy(root);
  });

  it("can be repeated, and continued by a sweep", async () => {
    await mergeInto("merged", part("part-1"), part("part-2"), part("part-3"));
    const { events } = await runIn(path.join(root, "merged"), options, { checkpoints: "all" });
    expect(events.some(({ event }) => event === "run-finished")).toBe(false);
    expect(await filesOf(path.join(root, "merged"))).toEqual(await filesOf(path.join(root, "whole")));
  });

  it("into one of the parts can be repeated, also where it was cut off half way", async () => {
    const into = path.join(root, "into");
    await cp(path.join(root, "part-1"), into, { recursive: true });
    const mark = async () => JSON.parse(await readFile(path.join(into, "manifest.json"), "utf8")).part;
    const others = [part("part-2"), part("part-3")];
    // A folder in the way of a table.
    await mkdir(path.join(into, "summary.csv", "in the way"), { recursive: true });
    await expect(mergeInto("into", part("into"), ...others)).rejects.toThrow("a file is in the way");
    expect(await mark()).toEqual({ shard: 1, of: 3, checkpoints: "all" });
    await rm(path.join(into, "summary.csv"), { recursive: true });
    await mergeInto("into", part("into"), ...others);
    expect(await filesOf(into)).toEqual(await filesOf(path.join(root, "whole")));
    expect(await mark()).toBeUndefined();
    await mergeInto("into", part("into"), ...others);
    expect(await filesOf(into)).toEqual(await filesOf(path.join(root, "whole")));
  });

  it("lists the runs that no part holds, and writes nothing", async () => {
    await expect(mergeInto("lacking", part("part-1"), part("part-3"))).rejects.toThrow(
      /tiny: \d of 12 runs are in none of the parts \(given: 1\/3, 3\/3\):\n {2}\S+-seed\d/,
    );
    await expect(filesOf(path.join(root, "lacking"))).rejects.toThrow("ENOENT");
  });

  it("takes a damaged run for a missing one", async () => {
    await cp(path.join(root, "part-1"), path.join(root, "damaged"), { recursive: true });
    const [weights] = [...(await filesOf(path.join(root, "damaged"))).keys()].filter((name) =>
      name.endsWith("weights.safetensors"),
    );
    await truncate(path.join(root, "damaged", weights ?? ""), 50);
    await expect(mergeInto("no", part("damaged"), part("part-2"), part("part-3"))).rejects.toThrow(
      "1 of 12 runs are in none of the parts",
    );
  });

  it.each<[string, (from: StudyOptions) => StudyOptions, RegExp]>([
    [
      "training",
      (from) => ({ ...from, train: { ...from.train, epochs: 1 } }),
      /train\.epochs: 3 there, 1 now/,
    ],
    ["seeds", (from) => ({ ...from, seeds: [0] }), /seeds: \[0,1\] there, \[0\] now/],
  ])("refuses parts that differ in %s, and lists the difference", async (what, change, message) => {
    const other = change(options);
    await runShard(1, `other-${what}`, other);
    await expect(mergeInto("no", part("part-2"), part(`other-${what}`))).rejects.toThrow(message);
  });

  it("refuses a part that is in use, and a folder that is no results folder", async () => {
    const lock = await lockFolder(path.join(root, "part-2"));
    await expect(mergeInto("no", part("part-1"), part("part-2"))).rejects.toThrow(
      new RegExp(`part-2 is in use by process ${process.pid}`),
    );
    await lock.release();
    await expect(mergeInto("no", part("part-1"), part("tiny-digits"))).rejects.toThrow("manifest.json");
  });
});
