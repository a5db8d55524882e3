import { rmSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { runStudies } from "../../src/library/study.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** Studies whose runs hang on one another: levels, checkpoints, pruning during the recovery. */

const magnitude = { criterion: "magnitude", allocation: "global" };
const iterative = { schedule: { name: "iterative", fraction: 0.5 } };
const methods = [
  "global-magnitude",
  { name: "iterative", ...magnitude, ...iterative },
  { name: "tickets", ...magnitude, ...iterative, recovery: "rewind" },
  { name: "rewound", ...magnitude, recovery: { name: "rewind", step: 4, optimizer: "rewound" } },
  { name: "gradual", ...magnitude, schedule: { name: "gradual", every: 2 }, recovery: "rewind" },
];

let root: string;
let options: StudyOptions;
let reference: string;
let referenceEvents: readonly StudyEvent[];
let rows: readonly ResultRow[];

const prune = { methods, sparsities: [0, 0.5, 0.9], finetune: { epochs: 1 } };

beforeAll(async () => {
  root = await temporaryFolder();
  options = await tinyStudy(root, { prune, engine: "kernels-wasm" });
  reference = path.join(root, "reference");
  const { events, outcome } = await runIn(reference, options);
  referenceEvents = events;
  rows = outcome.results;
});

const computed = (events: readonly StudyEvent[]) =>
  events.flatMap((event) => (event.event === "run-finished" ? [event.run] : []));

async function storedFiles(folder: string): Promise<Map<string, string[]>> {
  const { runs } = JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8")) as {
    runs: Record<string, string>;
  };
  const files = new Map<string, string[]>();
  for (const [label, id] of Object.entries(runs)) {
    // Of a run that passes nothing on there is a line in a pack.
    const names = await readdir(path.join(folder, "runs", id)).catch(() => []);
    files.set(label, names.sort());
  }
  return files;
}

const withWeights = (files: ReadonlyMap<string, string[]>) =>
  [...files].filter(([, names]) => names.includes("weights.safetensors")).map(([label]) => label);

describe("runs that hang on one another", () => {
  it("are each computed once", () => {
    const runs = computed(referenceEvents);
    expect(new Set(runs).size).toBe(runs.length);
    // Levels at 0.5, 0.75 and 0.875 on the way to 0.9; the first is a cell of its own, and one-shot pruning's too.
    expect(runs.filter((run) => run.startsWith("iterative")).sort()).toEqual(
      ["iterative-0.9-level2", "iterative-0.9-level3", "iterative-0.9"]
        .flatMap((run) => [`${run}-seed0`, `${run}-seed1`])
        .sort(),
    );
    expect(runs.filter((run) => run.startsWith("checkpoint")).sort()).toEqual([
      "checkpoint-step4-seed0",
      "checkpoint-step4-seed1",
    ]);
  });

  it("give the same bytes for another number of workers", async () => {
    const folder = path.join(root, "two-workers");
    await runIn(folder, options, { workers: 2 });
    expect(await filesOf(folder)).toEqual(await filesOf(reference));
  });

  it.each([1, 5, 14])("give them after an interruption behind run %i", async (last) => {
    const folder = path.join(root, `interrupted-${last}`);
    const interruption = new AbortController();
    let finished = 0;
    const first = runIn(folder, options, {
      workers: 2,
      signal: interruption.signal,
      onEvent: (event) => {
        if (event.event === "run-finished" && ++finished === last) interruption.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ kind: "interrupted" });
    await runIn(folder, options);
    expect(await filesOf(folder)).toEqual(await filesOf(reference));
  });

  it("keep what they pass on as long as something hangs on it", async () => {
    expect(withWeights(await storedFiles(reference))).toEqual(["baseline-seed0", "baseline-seed1"]);
    for (const names of (await storedFiles(reference)).values())
      expect(names).not.toContain("optimizer.safetensors");
  });

  it("keep the weights that become checkpoints", async () => {
    const folder = path.join(root, "checkpoints");
    await runIn(folder, options, { checkpoints: "all" });
    const kept = withWeights(await storedFiles(folder));
    expect(kept).toContain("iterative-0.9-seed0");
    expect(kept).not.toContain("iterative-0.9-level2-seed0");
    expect((await filesOf(folder)).get("results.csv")).toBe((await filesOf(reference)).get("results.csv"));
    // Without them again, nothing of it is left.
    const { events } = await runIn(folder, options);
    expect(computed(events)).toEqual([]);
    expect(await filesOf(folder)).toEqual(await filesOf(reference));
  });

  it("are computed again for a further level, as far as it needs their weights", async () => {
    const folder = path.join(root, "further");
    const only = (sparsities: number[]) => ({
      ...options,
      seeds: [0],
      prune: { ...options.prune, methods: [options.prune.methods[1] as never], sparsities },
    });
    await runIn(folder, only([0.5, 0.75]));
    const { events } = await runIn(folder, only([0.5, 0.75, 0.875]));
    expect(computed(events)).toEqual([
      "iterative-0.5-seed0",
      "iterative-0.75-seed0",
      "iterative-0.875-seed0",
    ]);
    const fresh = path.join(root, "further-at-once");
    await runIn(fresh, only([0.5, 0.75, 0.875]));
    expect((await filesOf(folder)).get("results.csv")).toBe((await filesOf(fresh)).get("results.csv"));
  });
});

describe("several studies", () => {
  const iterativeTo = (name: string, sparsity: number, folder: string) => ({
    options: {
      ...options,
      name,
      prune: { ...options.prune, methods: options.prune.methods.slice(2, 4), sparsities: [sparsity] },
    },
    folder: path.join(root, folder, name),
    dataDir: undefined,
    checkpoints: "baselines" as const,
    charts: false,
    fresh: false,
  });
  const run = { workers: 2, shard: undefined, signal: new AbortController().signal, onEvent: () => {} };

  it("share levels and checkpoints, and each ends as if it had been alone", async () => {
    const both = [iterativeTo("one", 0.6, "together"), iterativeTo("other", 0.8, "together")];
    const ends = await runStudies(both, { ...run, keepGoing: false });
    expect(ends.map(({ state }) => state)).toEqual(["done", "done"]);
    for (const [name, sparsity] of [
      ["one", 0.6],
      ["other", 0.8],
    ] as const) {
      await runStudies([iterativeTo(name, sparsity, "alone")], { ...run, keepGoing: false });
      expect(await filesOf(path.join(root, "together", name))).toEqual(
        await filesOf(path.join(root, "alone", name)),
      );
    }
  });

  it("go on when the folder of one takes no runs", async () => {
    const both = [iterativeTo("one", 0.6, "broken"), iterativeTo("other", 0.6, "broken")];
    await mkdir(path.join(root, "broken", "other"), { recursive: true });
    const onEvent = (event: StudyEvent) => {
      // Between the opening of the folders and the first run.
      if (event.event === "planned" && event.study === "one") {
        rmSync(path.join(root, "broken", "other", "runs"), { recursive: true, force: true });
        writeFileSync(path.join(root, "broken", "other", "runs"), "in the way");
      }
    };
    const [one, other] = await runStudies(both, { ...run, keepGoing: true, onEvent });
    expect(one?.state).toBe("done");
    expect(other).toMatchObject({
      state: "failed",
      error: { message: expect.stringMatching(/broken.other cannot be used|broken.other.runs/) },
    });
  });
});

describe("the numbers of rewinding and gradual pruning", () => {
  const rowsOf = (method: string, sparsity: number) =>
    rows.filter((row) => row.method === method && row.target_sparsity === sparsity);

  it("nothing pruned and rewound with the optimizer is the baseline, to the bit", () => {
    for (const method of ["rewound", "tickets"]) {
      for (const row of rowsOf(method, 0)) {
        expect(row.loss).toBe(row.baseline_loss);
        expect(row.accuracy).toBe(row.baseline_accuracy);
      }
    }
  });

  it("every schedule reaches the exact sparsity", () => {
    // 354 weights: round-half-to-even(.9 x 354) = 319 go.
    for (const { name } of methods.slice(1) as { name: string }[]) {
      for (const row of rowsOf(name, 0.9)) {
        expect(row.sparsity * 354).toBeCloseTo(319, 9);
        expect(row.status).toBe("ok");
      }
    }
  });

  it("names schedules and recoveries with their options", () => {
    const [row] = rowsOf("gradual", 0.9);
    expect(row?.schedule).toBe("gradual(from=0.05 to=0.6 every=2)");
    expect(row?.recovery).toBe("rewind(step=0 optimizer=fresh)");
    expect(rowsOf("global-magnitude", 0.9)[0]).toMatchObject({
      schedule: "one-shot",
      recovery: "finetune",
    });
  });
});

describe("a diverged run", () => {
  it("is pruned to its sparsity all the same", async () => {
    const train = { ...options.train, optimizer: { ...options.train.optimizer, learningRate: 1e38 } };
    const { outcome } = await runIn(path.join(root, "diverged"), { ...options, train, seeds: [0] });
    for (const { status, sparsity, target_sparsity } of outcome.results) {
      expect(status).toBe("diverged");
      expect(Math.abs(sparsity - target_sparsity)).toBeLessThanOrEqual(0.5 / 354);
    }
  });
});
