import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/load.ts";
import { findConfig } from "../../src/config/lookup.ts";
import { parseConfigSource } from "../../src/config/source.ts";
import { readIdxFile } from "../../src/datasets/formats/idx/files.ts";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { nameProblem } from "../../src/foundations/names.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { Registry } from "../../src/foundations/registry.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/foundations/safetensors.ts";
import { readMatrix } from "../../src/library/matrix.ts";
import { merge } from "../../src/library/merge.ts";
import { formatCsv } from "../../src/recording/csv.ts";
import { parseCsv } from "../../src/recording/csv-reader.ts";
import { readManifest } from "../../src/recording/manifest.ts";
import { exampleStudy } from "../support/example-study.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { holds, milliseconds, succeedsOrExplains } from "./budget.ts";
import { hostileText, mangledBytes, mangledData, mangledText } from "./inputs.ts";

/**
 * Whatever somebody gives to prune-lab, it works or says in a few visible words what is wrong: no crash, no error of the
 * language, no memory beyond measure. Longer, and with a seed: npm run fuzz -- --minutes 10 --seed 1
 */
const PROPERTIES = 11;
const share = milliseconds(PROPERTIES);
const folder = await temporaryFolder();
const timeout = share * 4 + 60_000;

const shipped = ["mnist-mlp", "mnist-cnn"].map((name) =>
  readFileSync(path.join(packageRoot, "configs", `${name}.yaml`), "utf8"),
);
const minimal = { name: "fuzz", dataset: { name: "mnist" }, model: { name: "mlp" } };
const full = {
  ...minimal,
  model: {
    name: "cnn",
    layers: [{ conv: 4, kernel: [3, 5] }, { pool: 2 }, { dense: 10 }],
    initializer: { name: "he" },
  },
  train: {
    epochs: 1,
    batchSize: 8,
    optimizer: { name: "sgd", momentum: 0.9 },
    schedule: { name: "step", every: 2 },
  },
  prune: {
    methods: [
      "l1-unstructured",
      { name: "mine", criterion: "magnitude", allocation: "global", schedule: { name: "iterative" } },
    ],
    sparsities: [0, 0.5],
    finetune: { epochs: 1, select: "best" },
    exclude: ["output"],
  },
  seeds: [0, 1],
  engine: "reference",
  output: { results: "r.csv" },
  metrics: [
    { name: "score", formula: "loss < 9 ? (1 - loss / 9)^2 : 0", better: "higher", bounds: [0, 1] },
    { name: "points", formula: "10 * max(score, .1)", better: "higher", unit: "p", digits: 2 },
  ],
};

describe("configs", () => {
  test("as text", { timeout }, () =>
    holds(share, mangledText(...shipped, "a: &x [1]\nb: *x\n"), (text) =>
      succeedsOrExplains(() => resolveConfig(parseConfigSource(text, "fuzz.yaml").value, { set: [] })),
    ),
  );

  test("as data", { timeout }, () =>
    holds(share, mangledData(full), (data) => succeedsOrExplains(() => resolveConfig(data, { set: [] }))),
  );

  test("--set", { timeout }, () => {
    const texts = mangledText(
      "seeds=[1, 2]",
      "train.optimizer={name: sgd}",
      "prune.methods.0=x",
      "model.hidden=[3]",
    );
    return holds(share, fc.array(texts, { minLength: 1, maxLength: 3 }), (set) =>
      succeedsOrExplains(() => resolveConfig(minimal, { set })),
    );
  });

  test("matrices", { timeout }, () => {
    const file = path.join(folder, "matrix.yaml");
    const matrices = mangledText(
      "train.batchSize: [32, 64]\nmodel: { a: { name: mlp }, b: { name: cnn } }\n",
      Array.from({ length: 30 }, (_, i) => `k${i}: [1, 2]\n`).join(""),
    );
    return holds(share, matrices, async (text) => {
      await writeFile(file, text);
      await succeedsOrExplains(() => readMatrix(file));
    });
  });
});

describe("what is read from folders", () => {
  test("tables", { timeout }, () => {
    const table = formatCsv("results", exampleStudy().results);
    return holds(share, mangledText(table, table.replaceAll("\n", "\r\n")), (text) =>
      succeedsOrExplains(() => parseCsv("results", text, "results.csv")),
    );
  });

  test("safetensors", { timeout }, () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    const bytes = encodeSafetensors([
      { name: "fc1.weight", shape: [2, 3], values },
      { name: "mask", shape: [6], values: Uint8Array.of(0, 1, 0, 1, 0, 1) },
    ]);
    return holds(share, mangledBytes(bytes), (mangled) =>
      succeedsOrExplains(() => decodeSafetensors(mangled, "weights.safetensors")),
    );
  });

  test("manifests", { timeout }, () => {
    const manifest = { tool: "prune-lab", format: 1, version: "1", files: ["a.csv"], runs: {}, settings: {} };
    const file = path.join(folder, "manifest.json");
    const texts = fc.oneof(
      mangledText(JSON.stringify(manifest)),
      mangledData(manifest).map((data) => JSON.stringify(data)),
    );
    return holds(share, texts, async (text) => {
      await writeFile(file, text ?? "");
      await succeedsOrExplains(() => readManifest(folder));
    });
  });

  test("lists of a batch's sweeps", { timeout }, () => {
    const out = path.join(folder, "merged", "out");
    const summary = mangledText("study,state\none,done\n", "study,state\n../one,done\n");
    return holds(share, summary, async (text) => {
      const part = await temporaryPart(text);
      await succeedsOrExplains(() => merge(out, [part]));
    });
  });
});

const part = path.join(folder, "part");
async function temporaryPart(text: string): Promise<string> {
  const { mkdir } = await import("node:fs/promises");
  await mkdir(part, { recursive: true });
  await writeFile(path.join(part, "batch-summary.csv"), text);
  return part;
}

test("IDX files, plain and compressed", { timeout }, () => {
  const plain = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2, ...Array(12).keys()]);
  const file = path.join(folder, "train-images-idx3-ubyte");
  const contents = fc.oneof(
    mangledBytes(plain),
    mangledBytes(gzipSync(plain), gzipSync(new Uint8Array(100_000))),
    mangledBytes(plain).map((bytes) => gzipSync(bytes)),
  );
  return holds(share, contents, async (bytes) => {
    await writeFile(file, bytes);
    await succeedsOrExplains(() => readIdxFile(file, "train-images"));
  });
});

test("CSV files of data", { timeout }, () => {
  const file = path.join(folder, "data.csv");
  const table = 'a,"b c",y\r\n1,-2.5e3,red\n"4",5,blue\n\n7,8,red\n9,10,blue\n';
  const contents = fc.oneof(
    hostileText,
    mangledText(table),
    mangledBytes(Buffer.from(table), Buffer.from(`\uFEFF${table}`, "utf16le")),
    mangledBytes(gzipSync(table)),
  );
  const options = fc.constantFrom(
    { targets: "y", task: "classes" },
    { targets: "a", inputs: "b c", standardize: "both" },
    { targets: ["a", "b c"], splitColumn: "y" },
    { targets: "x", delimiter: ";" },
  );
  const context = { dataDir: undefined, notify: () => {} };
  return holds(share, fc.tuple(contents, options), async ([content, chosen]) => {
    await writeFile(file, content);
    const dataset = datasetSchema().parse({ name: "table", path: file, ...chosen });
    await succeedsOrExplains(() => loadDataset(dataset, context));
  });
});

test("names", { timeout }, () => {
  const registry = new Registry("thing", [{ name: "known", summary: "" }]);
  return holds(share, fc.oneof(hostileText, mangledText("my-study", "mnist-mlp")), async (name) => {
    await succeedsOrExplains(() => registry.named(name));
    await succeedsOrExplains(() => registry.refuse(name));
    await succeedsOrExplains(() => findConfig(name, folder));
    await succeedsOrExplains(() => {
      const { name: accepted } = resolveConfig({ ...minimal, name }, { set: [] });
      expect(nameProblem(accepted)).toBeUndefined();
    });
  });
});

/** In MiB: what the properties need in all, with the garbage of a long run. */
const MOST_MEMORY = 1500;

afterAll(() => expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(MOST_MEMORY));
