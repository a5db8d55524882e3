import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { charts } from "../../src/charts/registry.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

let root: string;
let options: StudyOptions;
let reference: string;

beforeAll(async () => {
  root = await temporaryFolder();
  options = await tinyStudy(root);
  reference = path.join(root, "reference");
  await runIn(reference, options, { charts: true });
});

const computed = (events: readonly StudyEvent[]) =>
  events.flatMap((event) => (event.event === "run-finished" ? [event.run] : []));

describe("a study", () => {
  it("writes every file that the design names", async () => {
    const names = [...(await filesOf(reference)).keys()].filter((name) => !name.startsWith("runs"));
    const pictures = names.filter((name) => name.startsWith("charts/"));
    // Without a metric of its own, with methods that share their options and have several sparsities and as much
    // training as each other, without a scan and without evaluate.
    const absent = [
      "accuracy-vs-training",
      "class-accuracy",
      "corruptions",
      "layer-histograms",
      "layer-sensitivity",
      "metric-bars",
      "metric-vs-option",
      "reliability",
      "shrunk-network",
      "sparsity-by-metric",
    ];
    const drawn = charts
      .names()
      .filter((name) => !absent.includes(name))
      .flatMap((name) => ["png", "svg", "vl.json"].map((kind) => `charts/${name}.${kind}`));
    expect(pictures.sort()).toEqual(drawn.sort());
    expect(names.filter((name) => !pictures.includes(name)).sort()).toEqual([
      "checkpoints/baseline-seed0.safetensors",
      "checkpoints/baseline-seed1.safetensors",
      "config.yaml",
      "history.csv",
      "layers.csv",
      "manifest.json",
      "report.html",
      "results.csv",
      "snapshots.json",
      "summary.csv",
    ]);
  });

  it("has a row for each method, sparsity and seed, in the order of the grid", async () => {
    const lines = (await readFile(path.join(reference, "results.csv"), "utf8")).trim().split("\n");
    const columns = lines[0]?.split(",") ?? [];
    const key = ["method", "target_sparsity", "seed"].map((name) => columns.indexOf(name));
    const rows = lines.slice(1).map((line) => key.map((column) => line.split(",")[column]).join(" "));
    expect(rows).toEqual(
      ["l1-unstructured", "global-magnitude"].flatMap((method) =>
        [0, 0.5, 0.9].flatMap((sparsity) => [0, 1].map((seed) => `${method} ${sparsity} ${seed}`)),
      ),
    );
  });

  it("gives the same bytes for another number of workers", async () => {
    const folder = path.join(root, "two-workers");
    await runIn(folder, options, { charts: true, workers: 2 });
    expect(await filesOf(folder)).toEqual(await filesOf(reference));
  });

  it("computes nothing again", async () => {
    const before = await filesOf(reference);
    const { events } = await runIn(reference, options, { charts: true });
    expect(computed(events)).toEqual([]);
    expect(await filesOf(reference)).toEqual(before);
  });

  it("computes sparsity 0 once for all methods", async () => {
    const { events } = await runIn(path.join(root, "count"), options);
    // 2 baselines; per seed 1 dense control and 2 methods x 2 sparsities.
    expect(computed(events)).toHaveLength(2 + 2 * (1 + 4));
  });

  it("keeps what was finished when it is interrupted, and ends byte-identical", async () => {
    const folder = path.join(root, "interrupted");
    const interruption = new AbortController();
    let finished = 0;
    const first = runIn(folder, options, {
      charts: true,
      workers: 2,
      signal: interruption.signal,
      onEvent: (event) => {
        if (event.event === "run-finished" && ++finished === 4) interruption.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ kind: "interrupted" });
    const { events } = await runIn(folder, options, { charts: true });
    expect(computed(events).length).toBeLessThanOrEqual(8);
    expect(await filesOf(folder)).toEqual(await filesOf(reference));
  });

  it("notices damaged runs and computes them again", async () => {
    const folder = path.join(root, "damaged");
    await runIn(folder, options);
    const runs = path.join(folder, "runs");
    const [baseline] = (await readdir(runs)).filter((name) => name !== "packs");
    await truncate(path.join(runs, baseline ?? "", "weights.safetensors"), 100);
    const [name] = await readdir(path.join(runs, "packs"));
    const pack = path.join(runs, "packs", name ?? "");
    // One run is changed, and the last is cut off.
    const text = await readFile(pack, "utf8");
    await writeFile(pack, text.slice(0, -20).replace('"status":"ok"', '"status":"collapsed"'));
    const { events } = await runIn(folder, options, { charts: true });
    expect(computed(events)).toHaveLength(3);
    expect(await filesOf(folder)).toEqual(await filesOf(reference));
  });

  it("computes only what a wider grid adds, and shows exactly the present grid", async () => {
    const folder = path.join(root, "wider");
    const grid = (sparsities: readonly number[]) => ({ ...options, prune: { ...options.prune, sparsities } });
    await runIn(folder, grid([0, 0.9]));
    const { events } = await runIn(folder, grid([0, 0.5, 0.9]));
    expect(computed(events)).toHaveLength(4);
    expect((await filesOf(folder)).get("results.csv")).toBe((await filesOf(reference)).get("results.csv"));
    const narrow = await runIn(folder, grid([0.9]));
    expect(computed(narrow.events)).toEqual([]);
    expect(narrow.outcome.results.map((row) => row.target_sparsity)).toEqual([0.9, 0.9, 0.9, 0.9]);
  });

  it("computes points again for checkpoints of all of them, under their own names", async () => {
    const folder = path.join(root, "checkpoints");
    await runIn(folder, options, { checkpoints: "all" });
    const names = await readdir(path.join(folder, "checkpoints"));
    expect(names).toHaveLength(2 + 12);
    expect(names).toContain("global-magnitude-0.9-seed1.safetensors");
    await runIn(folder, options, { checkpoints: "none" });
    expect(await readdir(folder)).not.toContain("checkpoints");
    expect((await filesOf(folder)).get("results.csv")).toBe((await filesOf(reference)).get("results.csv"));
  });

  it("lists what differs when the folder holds a sweep with other settings, and changes nothing", async () => {
    const before = await filesOf(reference);
    const other = { ...options, train: { ...options.train, epochs: 4 } };
    await expect(runIn(reference, other)).rejects.toThrow(/train\.epochs: 3 there, 4 now/);
    expect(await filesOf(reference)).toEqual(before);
  });

  it("starts over with fresh, and leaves foreign files alone", async () => {
    const folder = path.join(root, "fresh");
    await runIn(folder, options);
    await writeFile(path.join(folder, "notes.txt"), "mine");
    const other = { ...options, train: { ...options.train, epochs: 2 } };
    const { events } = await runIn(folder, other, { fresh: true });
    expect(computed(events)).toHaveLength(12);
    expect(await readFile(path.join(folder, "notes.txt"), "utf8")).toBe("mine");
  });
});

describe("divergence", () => {
  it("leaves measures empty, says so, and ends well", async () => {
    const train = { ...options.train, optimizer: { ...options.train.optimizer, learningRate: 1e38 } };
    const { outcome, events } = await runIn(path.join(root, "diverged"), { ...options, train });
    expect(outcome.results.every((row) => row.status === "diverged" && row.accuracy === null)).toBe(true);
    // Counts stand: 6x6 inputs, 8 and 6 units, 3 classes: 288 + 48 + 18 = 354 weights.
    for (const { sparsity, target_sparsity } of outcome.results) {
      expect(Math.abs(sparsity - target_sparsity)).toBeLessThanOrEqual(1.5 / 354);
    }
    expect(outcome.summary.every((row) => row.n === 0 && row.diverged === 2)).toBe(true);
    expect(events.some((event) => event.event === "notice" && event.message.includes("diverged"))).toBe(true);
  });
});
