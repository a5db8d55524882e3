import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { packageVersion } from "../../src/foundations/paths.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

async function metadataOf(file: string): Promise<Record<string, string>> {
  const bytes = await readFile(file);
  const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE()));
  return JSON.parse(header.toString("utf8")).__metadata__;
}

describe("the metadata of checkpoints", () => {
  let out = "";
  const of = (label: string) => metadataOf(path.join(out, "checkpoints", `${label}.safetensors`));

  beforeAll(async () => {
    const folder = await temporaryFolder();
    out = path.join(folder, "out");
    await runIn(out, await tinyStudy(folder, { seeds: [4] }), { checkpoints: "all" });
  });

  it("says of a pruned network what its row says", async () => {
    const { rows, folder } = await readResults(out);
    for (const row of rows) {
      const metadata = await of(`${row.method}-${row.target_sparsity}-seed${row.seed}`);
      for (const column of ["method", "criterion", "allocation", "schedule", "recovery", "recipe"] as const) {
        expect(metadata[column]).toBe(row[column]);
      }
      for (const column of ["seed", "target_sparsity", "sparsity", "accuracy", "loss"] as const) {
        expect(Number(metadata[column])).toBeCloseTo(row[column] as number, 6);
      }
      expect(folder?.manifest.dataset).toMatchObject({ checksum: metadata.dataset_sha256 });
      expect(metadata).toMatchObject({
        study: "tiny",
        model: "mlp",
        dataset: "tiny-digits",
        tool_version: packageVersion(),
        engine: "reference",
        status: "ok",
      });
    }
  });

  it("says of a baseline how good the dense network is, and no method", async () => {
    const { rows } = await readResults(out);
    const metadata = await of("baseline-seed4");
    expect(Number(metadata.accuracy)).toBeCloseTo(rows[0]?.baseline_accuracy ?? 0, 6);
    expect(Number(metadata.loss)).toBeCloseTo(rows[0]?.baseline_loss ?? 0, 6);
    expect(metadata).not.toHaveProperty("method");
  });

  it("describes the network layer by layer", async () => {
    const { inputShape, layers } = JSON.parse((await of("baseline-seed4")).network ?? "");
    expect(inputShape).toEqual([1, 6, 6]);
    expect(layers.at(-1)).toEqual({ kind: "dense", name: "fc3", inputs: 6, outputs: 3 });
  });

  it("lists every key in docs/checkpoints.md", async () => {
    const page = await readFile(path.join(import.meta.dirname, "../../docs/checkpoints.md"), "utf8");
    for (const key of Object.keys(await of("global-magnitude-0.9-seed4")))
      expect(page).toContain(`\`${key}\``);
  });
});
