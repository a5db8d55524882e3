import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ExampleSet } from "../../src/engines/examples.ts";
import { exportCheckpoint } from "../../src/library/export.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import {
  accuracyOf,
  allDigits,
  halvedDigits,
  largestOf,
  logitsOf,
  type TrainedDigits,
  trainedDigits,
} from "./support/digits.ts";

const runtime = pythonWith("onnxruntime, numpy");
const pytorch = pythonWith("torch");
if (runtime === undefined) console.warn("No Python with onnxruntime here: exported ONNX files are not run.");
if (pytorch === undefined) console.warn("No Python with torch here: exported PyTorch scripts are not run.");

/** Set where they must be there. */
it.runIf(process.env.PRUNE_LAB_REQUIRE_ONNXRUNTIME)("there is an onnxruntime to run exports with", () => {
  expect(runtime).toBeDefined();
});
it.runIf(process.env.PRUNE_LAB_REQUIRE_TORCH)("there is a PyTorch to run exports with", () => {
  expect(pytorch).toBeDefined();
});

const CLASSES = 10;

describe.skipIf(runtime === undefined && pytorch === undefined)(
  "what is exported answers as the tool does",
  () => {
    let folder = "";
    let trained: TrainedDigits[] = [];

    beforeAll(async () => {
      folder = await temporaryFolder();
      trained = [...(await trainedDigits(folder)), ...(await halvedDigits(folder))];
      for (const [i, { test }] of trained.entries()) {
        await writeFile(path.join(folder, `${i}.images`), test.inputs.values);
        if (test.targets.kind === "classes")
          await writeFile(path.join(folder, `${i}.labels`), test.targets.labels);
      }
    });

    /** Exports everything trained, and runs Python on all of it at once: it takes seconds to start. */
    async function runAll(python: string, format: string, ending: string, code: string): Promise<string> {
      const files: string[] = [];
      for (const [i, { file }] of trained.entries()) {
        files.push(path.join(folder, `exported${i}${ending}`));
        await exportCheckpoint(file, { format, out: files[i] });
      }
      return execFileSync(python, ["-B", "-c", code, ...files], { cwd: folder, encoding: "utf8" });
    }

    /** Runs all on the examples in `<i>.<images>`. */
    const onnxCode = (images: string) => `import sys, json, numpy as np, onnxruntime as ort
for i, file in enumerate(sys.argv[1:]):
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    scaling = json.loads(session.get_modelmeta().custom_metadata_map["normalize"])
    mean, std = (0, 1) if scaling == "unit" else (scaling["mean"], scaling["std"])
    images = np.fromfile(f"{i}.${images}", np.uint8).reshape(-1, 1, 28, 28)
    inputs = ((images / 255 - mean) / std).astype(np.float32)
    [name], [output] = session.get_inputs(), session.get_outputs()
    assert name.shape == ["batch", 1, 28, 28] and output.shape == ["batch", 10], (name.shape, output.shape)
    # Any number of examples at a time.
    parts = [session.run(None, {name.name: part})[0] for part in (inputs[:1], inputs[1:1000], inputs[1000:])]
    np.concatenate(parts).astype("<f4").tofile(f"{i}.logits")`;

    /** What Python wrote for one of those trained: [examples, 10]. */
    async function logitsFound(i: number): Promise<Float32Array> {
      const bytes = await readFile(path.join(folder, `${i}.logits`));
      return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
    }

    it.runIf(runtime)("in onnxruntime: outputs to 1e-5, and the same predictions", async () => {
      await runAll(runtime ?? "", "onnx", ".onnx", onnxCode("images"));
      for (const [i, { name, logits }] of trained.entries()) {
        const given = await logitsFound(i);
        expect(given.length, name).toBe(logits.length);
        const worst = Math.max(
          ...given.slice(0, 1000 * CLASSES).map((value, at) => {
            const ours = logits[at] as number;
            return Math.abs(value - ours) / Math.max(1, Math.abs(ours));
          }),
        );
        expect(worst, name).toBeLessThan(1e-5);
        expect(largestOf(given, CLASSES), name).toEqual(largestOf(logits, CLASSES));
      }
      expect(trained).toHaveLength(7);
    });

    it.runIf(runtime)("in onnxruntime: the same predictions on all 10,000 test digits", async (context) => {
      const images = new Map<number, ExampleSet>();
      for (const [i, { checkpoint }] of trained.entries()) {
        const test = await allDigits(checkpoint);
        if (test === undefined) return context.skip();
        await writeFile(path.join(folder, `${i}.all`), test.inputs.values);
        images.set(i, test);
      }
      await runAll(runtime ?? "", "onnx", ".onnx", onnxCode("all"));
      for (const [i, test] of images) {
        const { name, checkpoint } = trained[i] as TrainedDigits;
        const ours = largestOf(await logitsOf(checkpoint, test), CLASSES);
        expect(ours).toHaveLength(10_000);
        expect(largestOf(await logitsFound(i), CLASSES), name).toEqual(ours);
      }
    });

    it.runIf(pytorch)("in PyTorch: the recorded accuracy to the digit, with the masks", async () => {
      const code = `import sys, importlib.util, torch
for i, file in enumerate(sys.argv[1:]):
    spec = importlib.util.spec_from_file_location("exported", file)
    exported = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exported)
    model, masks = exported.load()
    images = torch.frombuffer(bytearray(open(f"{i}.images", "rb").read()), dtype=torch.uint8)
    labels = torch.frombuffer(bytearray(open(f"{i}.labels", "rb").read()), dtype=torch.uint8)
    with torch.no_grad():
        correct = (model(exported.inputs_of(images)).argmax(1) == labels).sum().item()
    pruned = sum((mask == 0).sum().item() for mask in masks.values())
    assert all((model.state_dict()[name][mask == 0] == 0).all() for name, mask in masks.items())
    print(correct / len(labels), pruned)`;
      const output = await runAll(pytorch ?? "", "torch", ".py", code);
      const found = output.trim().split("\n");
      for (const [i, { checkpoint, name, logits, test }] of trained.entries()) {
        const [accuracy, pruned] = (found[i] ?? "").split(" ");
        // What shrink writes has none recorded.
        const { accuracy: recorded = accuracyOf(logits, test) } = checkpoint.metadata;
        expect(Number(accuracy), name).toBe(Number(recorded));
        const zeros = [...checkpoint.masks.values()].reduce(
          (sum, mask) => sum + mask.filter((kept) => kept === 0).length,
          0,
        );
        expect(Number(pruned), name).toBe(zeros);
      }
    });
  },
);
