import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { HistoryRow, ResultRow } from "../../src/recording/rows.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** Dense networks of the size that pruning leaves, beside what is pruned. */

let root: string;
let rows: readonly ResultRow[];
const folder = () => path.join(root, "study");
const study = (changes: object = {}) => tinyStudy(root, { engine: "kernels-wasm", ...changes });
const prune = { sparsities: [0, 0.5], finetune: { epochs: 1 }, search: {} };
const rowsOf = (method: string, sparsity: number) =>
  rows.filter((row) => row.method === method && row.target_sparsity === sparsity);

beforeAll(async () => {
  root = await temporaryFolder();
  const { outcome } = await runIn(
    folder(),
    await study({ prune: { ...prune, methods: ["global-magnitude"] } }),
    { charts: true },
  );
  rows = outcome.results;
});

describe("a narrower network", () => {
  it("fills a row at each sparsity, no larger than what is pruned", () => {
    expect(rows).toHaveLength(3 * 2 * 2);
    const [pruned] = rowsOf("global-magnitude", 0.5);
    for (const effort of ["epochs", "compute"]) {
      const [made] = rowsOf(`narrower-parameters-even-${effort}`, 0.5);
      expect(made?.nonzero_parameters).toBeLessThanOrEqual(pruned?.nonzero_parameters ?? 0);
      expect(made?.parameters).toBe(pruned?.parameters);
      expect(made).toMatchObject({ allocation: "constructed", recovery: "finetune", status: "ok" });
    }
  });

  it("is at 0 the dense control, which all methods share", () => {
    for (const [i, row] of rowsOf("narrower-parameters-even-epochs", 0).entries()) {
      expect(row.loss).toBe(rowsOf("global-magnitude", 0)[i]?.loss);
      expect(row.pruned_loss).toBe(row.baseline_loss);
    }
  });

  it("is after its training what the smaller network is by itself", async () => {
    // 36-8-6-3 has 354 weights and 17 biases; 194 are left: 36-4-3-3 has 175, and one unit more too many.
    const [made] = rowsOf("narrower-parameters-even-epochs", 0.5);
    expect(made?.nonzero_parameters).toBe(36 * 4 + 4 + 4 * 3 + 3 + 3 * 3 + 3);
    const small = {
      model: { name: "mlp", hidden: [4, 3] },
      prune: { methods: ["global-magnitude"], sparsities: [0] },
    };
    const { outcome } = await runIn(path.join(root, "small"), await study(small));
    for (const [i, row] of rowsOf("narrower-parameters-even-epochs", 0.5).entries()) {
      expect(row.pruned_loss).toBeCloseTo(outcome.results[i]?.baseline_loss ?? 0, 4);
    }
  });

  it("has its training in the history, twice as long for as much computation", async () => {
    const text = await readFile(path.join(folder(), "history.csv"), "utf8");
    const [header = "", ...lines] = text.trimEnd().split("\n");
    const names = header.split(",");
    const epochs = lines
      .map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])))
      .filter((row) => row.target_sparsity === "0.5" && row.seed === "0") as unknown as HistoryRow[];
    const count = (method: string, phase: string) =>
      epochs.filter((row) => row.method === method && row.phase === phase).length;
    // The state before the first epoch is a row too.
    expect(count("narrower-parameters-even-epochs", "train")).toBe(1 + 3);
    expect(count("narrower-parameters-even-compute", "train")).toBe(1 + 6);
    expect(count("narrower-parameters-even-compute", "finetune")).toBe(1 + 1);
    expect(count("global-magnitude", "train")).toBe(0);
  });

  it("gives the same bytes from two workers, and goes on where the search is larger", async () => {
    const methods = ["global-magnitude"];
    const again = path.join(root, "again");
    const less = await study({ prune: { ...prune, methods, search: { efforts: ["epochs"] } } });
    await runIn(again, less, { workers: 2 });
    const { events } = await runIn(again, await study({ prune: { ...prune, methods } }), {
      workers: 2,
      charts: true,
    });
    const computed = events.flatMap((event) => (event.event === "run-finished" ? [event.run] : []));
    expect(computed.every((run) => run.startsWith("narrower-parameters-even-compute"))).toBe(true);
    expect(await filesOf(again)).toEqual(await filesOf(folder()));
  });

  it("is named in the report, the best by validation", async () => {
    const report = await readFile(path.join(folder(), "report.html"), "utf8");
    expect(report.replace(/<[^>]*>/g, "")).toMatch(
      /Of the 2 dense networks that are no larger than those pruned by 50%, narrower-parameters-even-(epochs|compute) is best on the validation examples; on the test examples it has [\d.]+%, against [\d.]+% of global-magnitude\./,
    );
  });

  it("is refused where there is no room for it, before anything is computed", async () => {
    const none = await study({ prune: { ...prune, methods: ["global-magnitude"], sparsities: [0.99] } });
    await expect(runIn(path.join(root, "none"), none)).rejects.toMatchObject({
      kind: "input",
      message:
        "The method narrower-parameters-even-epochs cannot construct this network by narrower: at sparsity 0.99 there is room for 21 parameters, and one unit in each hidden layer takes 45.",
    });
  });
});
