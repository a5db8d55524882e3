import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { decodeSafetensors } from "../../src/foundations/safetensors.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const page = await readFile(path.join(packageRoot, "docs", "checkpoints.md"), "utf8");
const [, snippet = ""] = /Three lines write one:\s+```python\n(.*?)```/s.exec(page) ?? [];

const python = pythonWith("torch, safetensors.torch");
if (python === undefined) {
  console.warn("No Python with torch and safetensors here: what docs/checkpoints.md writes is not read.");
}

/** A network of the tiny digits, under PyTorch's names. */
const MODEL = `import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(INPUTS, 8), nn.ReLU(), nn.Linear(8, 3))
`;

describe.skipIf(python === undefined)("what the lines of docs/checkpoints.md write", () => {
  it("is read and pruned", async () => {
    const folder = await temporaryFolder();
    const { dataset } = await tinyStudy(folder);
    const names = {
      "fc1.weight": "0.weight",
      "fc1.bias": "0.bias",
      "fc2.weight": "2.weight",
      "fc2.bias": "2.bias",
    };
    const images = await readFile(path.join(folder, "tiny-digits", "train-images-idx3-ubyte"));
    const inputs = images.readUInt32BE(8) * images.readUInt32BE(12);
    const code = MODEL.replace("INPUTS", String(inputs)) + snippet;
    execFileSync(python ?? "", ["-c", code], { cwd: folder });

    const file = path.join(folder, "model.safetensors");
    const options = await tinyStudy(folder, {
      dataset,
      model: { name: "mlp", hidden: [8] },
      train: { from: file, names },
      prune: { methods: ["global-magnitude"], sparsities: [0.5], finetune: null },
      seeds: [0],
    });
    await runIn(path.join(folder, "out"), options);
    const baseline = path.join(folder, "out", "checkpoints", "baseline-seed0.safetensors");
    const tensors = async (of: string) =>
      new Map(decodeSafetensors(await readFile(of), of).map((t) => [t.name, t]));
    const [written, read] = [await tensors(file), await tensors(baseline)];
    for (const [ours, theirs] of Object.entries(names)) {
      expect(read.get(ours)?.values, ours).toEqual(written.get(theirs)?.values);
    }
  });
});
