import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { exportFormats } from "../../src/exporting/registry.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { decodeMetadata, encodeSafetensors, type Tensor } from "../../src/foundations/safetensors.ts";
import { exportCheckpoint } from "../../src/library/export.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const page = await readFile(path.join(packageRoot, "docs", "export.md"), "utf8");
const [, snippet = ""] = /In Python:\n\n```python\n(.*?)```/s.exec(page) ?? [];

const python = pythonWith("numpy, safetensors");
if (python === undefined) {
  console.warn("No Python with numpy and safetensors here: what docs/export.md reads is not read.");
}

/** Set where the Python of .ci/onnxruntime.sh must be there, which has both. */
it.runIf(process.env.PRUNE_LAB_REQUIRE_ONNXRUNTIME)("there is a Python to read exports with", () => {
  expect(python).toBeDefined();
});

it("docs/export.md has every format", () => {
  for (const { name, fileName } of exportFormats.list()) {
    const file = fileName("NAME");
    expect(page).toContain(`| \`${name}\` | \`${file}\` |`);
  }
});

describe.skipIf(python === undefined)("the lines of docs/export.md", () => {
  it("read every encoding, masked or not", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "all.safetensors");
    const layer = (name: string, inputs: number, outputs: number) => ({
      kind: "dense",
      name,
      inputs,
      outputs,
    });
    const tensor = (name: string, shape: number[], keeps: (i: number) => boolean): Tensor => ({
      name,
      shape,
      values: new Float32Array(shape.reduce((size, extent) => size * extent, 1)).map((_, i) =>
        keeps(i) ? i + 1 : 0,
      ),
    });
    const half = (i: number) => i % 2 === 0;
    const few = (i: number) => i % 97 === 5;
    const tensors = [
      tensor("fc1.weight", [300, 20], few),
      tensor("fc1.bias", [300], few),
      tensor("fc2.weight", [2, 300], half),
      tensor("fc2.bias", [2], () => true),
    ];
    const masks = tensors.slice(1, 3).map(({ name, shape, values }) => ({
      name: `${name}_mask`,
      shape,
      values: Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
    }));
    const layers = [layer("fc1", 20, 300), layer("fc2", 300, 2)];
    const network = JSON.stringify({ inputShape: [20], layers, loss: "mean-squared-error" });
    await writeFile(file, encodeSafetensors([...tensors, ...masks], { network }));
    const out = path.join(folder, "small.safetensors");
    await exportCheckpoint(file, { format: "safetensors-compressed", out });

    const code = `${snippet}
import sys
print(json.dumps({name: [str(t.dtype), list(t.shape), t.flatten().tolist()] for name, t in load(sys.argv[1]).items()}))`;
    const read = JSON.parse(execFileSync(python ?? "", ["-c", code, out], { encoding: "utf8" }));
    const wanted = [...tensors, ...masks].map(({ name, shape, values }) => [
      name,
      [values instanceof Float32Array ? "float32" : "uint8", shape, [...values]],
    ]);
    expect(read).toEqual(Object.fromEntries(wanted));
    const { encodings } = decodeMetadata(await readFile(out), out);
    expect(encodings).toContain('"bitmask"');
    expect(encodings).toContain('"csr"');
  });
});
