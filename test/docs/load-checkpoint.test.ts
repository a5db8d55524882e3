import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const LOADER = path.join(packageRoot, "docs", "load_checkpoint.py");

const REPORT =
  /^(?<run>\S+): \d+ weights pruned\naccuracy (?<accuracy>\S+), recorded (?<recordedAccuracy>\S+)\nloss (?<loss>\S+), recorded (?<recordedLoss>\S+)\nexit (?<exit>\d)$/gm;

const python = pythonWith("torch");
if (python === undefined) console.warn("No Python with torch here: docs/load_checkpoint.py is not run.");

/** Set where PyTorch must be there. */
it.runIf(process.env.PRUNE_LAB_REQUIRE_TORCH)("there is a PyTorch to load checkpoints with", () => {
  expect(python).toBeDefined();
});

describe.skipIf(python === undefined)("docs/load_checkpoint.py", () => {
  const models = {
    mlp: { name: "mlp", hidden: [8, 6] },
    cnn: { name: "cnn", layers: [{ conv: 4, kernel: [3, 2], padding: 1 }, { pool: 2 }, { dense: 10 }] },
    "cnn without biases": { name: "cnn", bias: false, layers: [{ conv: 4 }, { pool: 2 }, { dense: 10 }] },
  };
  let folder = "";
  const checkpoints = new Map<string, string[]>();

  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const [name, model] of Object.entries(models)) {
      const out = path.join(folder, name);
      const dataset = {
        name: "idx",
        path: path.join(folder, "tiny-digits"),
        validation: 30,
        normalize: { mean: 0.3, std: 0.4 },
      };
      const options = await tinyStudy(folder, { model, dataset, seeds: [3] });
      await runIn(out, options, { checkpoints: "all" });
      const files = await readdir(path.join(out, "checkpoints"));
      checkpoints.set(
        name,
        files.map((file) => path.join(out, "checkpoints", file)),
      );
    }
  });

  it.each(Object.keys(models))("finds the recorded accuracy of every checkpoint of the %s", async (name) => {
    const files = checkpoints.get(name) ?? [];
    expect(files).toHaveLength(7);
    const data = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"].map((part) =>
      path.join(folder, "tiny-digits", part),
    );
    // PyTorch takes seconds to start: one process for all of them.
    const code = `import sys; sys.path.insert(0, ${JSON.stringify(path.dirname(LOADER))}); import load_checkpoint
for file in sys.argv[3:]: print("exit", load_checkpoint.main(file, *sys.argv[1:3]))`;
    const output = execFileSync(python as string, ["-B", "-c", code, ...data, ...files], {
      encoding: "utf8",
    });
    const found = [...output.matchAll(REPORT)].map(({ groups }) => groups ?? {});
    expect(found.map(({ run }) => run)).toEqual(files.map((file) => path.basename(file, ".safetensors")));
    for (const { accuracy, recordedAccuracy, loss, recordedLoss, exit } of found) {
      expect(Number(accuracy)).toBe(Number(recordedAccuracy));
      expect(Number(loss)).toBeCloseTo(Number(recordedLoss), 5);
      expect(exit).toBe("0");
    }
    // Pruned and dense networks differ: the script measures, and repeats nothing.
    expect(new Set(found.map(({ accuracy }) => accuracy)).size).toBeGreaterThan(1);
  });

  it("is the script that the page shows how to run", async () => {
    const page = await readFile(path.join(packageRoot, "docs", "checkpoints.md"), "utf8");
    expect(page).toContain("python docs/load_checkpoint.py ");
  });
});
