import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readDetails } from "../../src/recording/details-reader.ts";
import type { LayerRow, ResultRow } from "../../src/recording/rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** What biases count for in the tables: pruned, left alone, and not there. The network is 36-8-3. */

const WEIGHTS = 36 * 8 + 8 * 3;
const BIASES = 8 + 3;

let root: string;

beforeAll(async () => {
  root = await temporaryFolder();
});

async function tables(name: string, model: object, prune: object) {
  const folder = path.join(root, name);
  const options = await tinyStudy(root, {
    model: { name: "mlp", hidden: [8], ...model },
    prune: { methods: ["global-magnitude", "l1-unstructured"], sparsities: [0, 0.5], ...prune },
    seeds: [0],
  });
  const { outcome } = await runIn(folder, options);
  const rows = outcome.results.filter(({ target_sparsity }) => target_sparsity === 0.5);
  const { layers } = await readDetails(folder);
  return { folder, rows, layers };
}

const prunedIn = (layers: readonly LayerRow[], { method }: Pick<ResultRow, "method">) =>
  layers
    .filter((row) => row.method === method && row.target_sparsity === 0.5)
    .map(({ parameter, weights, nonzero }) => [parameter, weights, weights - nonzero] as const);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("biases that are pruned", () => {
  it("count in the sparsity, and in layers.csv have rows of their own", async () => {
    const { rows, layers } = await tables("pruned", {}, { biases: true });
    const all = WEIGHTS + BIASES;
    for (const row of rows) {
      const tensors = prunedIn(layers, row);
      expect(tensors.map(([name, size]) => [name, size])).toEqual([
        ["fc1.weight", 288],
        ["fc1.bias", 8],
        ["fc2.weight", 24],
        ["fc2.bias", 3],
      ]);
      const pruned = sum(tensors.map(([, , count]) => count));
      // Half of 323 in all; by tensor half of 288, 8, 24 and 3: a half goes to the even side.
      expect(pruned).toBe(row.method === "global-magnitude" ? 162 : 144 + 4 + 12 + 2);
      expect(row).toMatchObject({ parameters: all, nonzero_parameters: all - pruned });
      expect(row.sparsity).toBeCloseTo(pruned / all, 6);
      expect(row.model_sparsity).toBeCloseTo(pruned / all, 6);
    }
    const uniform = prunedIn(layers, { method: "l1-unstructured" });
    expect(uniform.map(([, , count]) => count)).toEqual([144, 4, 12, 2]);
  });

  it("of an excluded layer are left, and count for the model alone", async () => {
    const { rows, layers } = await tables("excluded", {}, { biases: true, exclude: ["output"] });
    for (const row of rows) {
      const pruned = 148;
      expect(sum(prunedIn(layers, row).map(([, , count]) => count))).toBe(pruned);
      expect(row.sparsity).toBeCloseTo(pruned / 296, 6);
      expect(row.model_sparsity).toBeCloseTo(pruned / (WEIGHTS + BIASES), 6);
    }
  });
});

describe("a model without biases", () => {
  it("has its weights alone in every count, whether or not biases are to be pruned", async () => {
    const plain = await tables("none", { bias: false }, {});
    const asked = await tables("none-asked", { bias: false }, { biases: true });
    expect(asked.rows.map((row) => ({ ...row, recipe: "" }))).toEqual(
      plain.rows.map((row) => ({ ...row, recipe: "" })),
    );
    expect(asked.layers).toEqual(plain.layers);
    for (const row of plain.rows) {
      expect(row).toMatchObject({
        parameters: WEIGHTS,
        nonzero_parameters: WEIGHTS / 2,
        sparsity: 0.5,
        model_sparsity: 0.5,
        compression: 2,
        dense_bytes: 4 * WEIGHTS,
        dense_macs: WEIGHTS,
        macs: WEIGHTS / 2,
      });
      expect(prunedIn(plain.layers, row).map(([name]) => name)).toEqual(["fc1.weight", "fc2.weight"]);
    }
  });

  it("has checkpoints and snapshots of its weights alone", async () => {
    const { folder } = await tables("none", { bias: false }, {});
    const checkpoint = await readFile(path.join(folder, "checkpoints", "baseline-seed0.safetensors"));
    const header = checkpoint.subarray(8, 8 + Number(checkpoint.readBigUInt64LE(0))).toString();
    const { __metadata__: metadata, ...tensors } = JSON.parse(header) as Record<string, { network?: string }>;
    expect(Object.keys(tensors)).toEqual(["fc1.weight", "fc2.weight"]);
    expect(JSON.parse(metadata?.network ?? "").layers).toContainEqual({
      kind: "dense",
      name: "fc1",
      inputs: 36,
      outputs: 8,
      bias: false,
    });
  });
});
