import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { largestCode } from "../../src/pruning/quantization/quantizer.ts";
import { decodeCheckpoint } from "../../src/recording/checkpoint.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** Studies with methods that round what they leave. */

const magnitude = { criterion: "magnitude", allocation: "global" };
const straight = { bits: 3, per: "channel", training: "straight-through" } as const;
const methods = [
  "global-magnitude",
  { name: "8-channel", ...magnitude, quantization: { per: "channel" } },
  { name: "2-tensor", ...magnitude, quantization: { bits: 2 } },
  { name: "unrecovered", ...magnitude, recovery: "none", quantization: { bits: 4 } },
  { name: "straight", ...magnitude, quantization: straight },
  {
    name: "tickets",
    ...magnitude,
    schedule: { name: "iterative", fraction: 0.5 },
    recovery: "rewind",
    quantization: straight,
  },
  { name: "gradual", ...magnitude, schedule: { name: "gradual", every: 2 }, quantization: straight },
  { name: "distilled", ...magnitude, recovery: "distill", quantization: straight },
];

let root: string;
const prune = { methods, sparsities: [0, 0.5, 0.9, 1], finetune: { epochs: 1, select: "best" } };
const changes = { prune, seeds: [0] };
const optionsOn = (engine: string): Promise<StudyOptions> => tinyStudy(root, { ...changes, engine });

beforeAll(async () => {
  root = await temporaryFolder();
});

describe.each(["kernels-wasm", "reference"])("methods that quantize, on %s", (engine) => {
  let folder: string;
  let rows: readonly ResultRow[];

  beforeAll(async () => {
    folder = path.join(root, engine);
    await runIn(folder, await optionsOn(engine), { checkpoints: "all" });
    rows = (await readResults(folder)).rows;
  });

  const rowOf = (method: string, sparsity: number) =>
    rows.find((row) => row.method === method && row.target_sparsity === sparsity);
  const weightsOf = async (method: string, sparsity: number) => {
    const file = path.join(folder, "checkpoints", `${method}-${sparsity}-seed0.safetensors`);
    return decodeCheckpoint(await readFile(file), file);
  };

  it("have rows that say so", () => {
    expect(new Set(rows.map(({ method, quantization }) => `${method}: ${quantization}`))).toEqual(
      new Set([
        "global-magnitude: none",
        "8-channel: symmetric(bits=8 per=channel training=none)",
        "2-tensor: symmetric(bits=2 per=tensor training=none)",
        "unrecovered: symmetric(bits=4 per=tensor training=none)",
        ...["straight", "tickets", "gradual", "distilled"].map(
          (name) => `${name}: symmetric(bits=3 per=channel training=straight-through)`,
        ),
      ]),
    );
    for (const row of rows) expect(row.loss).not.toBeNull();
    expect(rowOf("2-tensor", 0.5)?.loss).not.toBe(rowOf("global-magnitude", 0.5)?.loss);
    expect(rowOf("straight", 0.5)?.loss).not.toBe(rowOf("global-magnitude", 0.5)?.loss);
    expect(rowOf("distilled", 0.5)?.loss).not.toBe(rowOf("straight", 0.5)?.loss);
  });

  it("prune as they do without, and keep what they keep", () => {
    for (const method of ["8-channel", "2-tensor", "unrecovered", "straight", "distilled"]) {
      for (const sparsity of prune.sparsities) {
        const {
          sparsity: pruned,
          nonzero_parameters,
          pruned_loss,
        } = rowOf("global-magnitude", sparsity) ?? {};
        expect(rowOf(method, sparsity)).toMatchObject({ sparsity: pruned, nonzero_parameters, pruned_loss });
      }
    }
  });

  it("leave few values, zeros where pruned, and biases as they were", async () => {
    for (const { method, target_sparsity, quantization } of rows) {
      const { parameters, masks } = await weightsOf(method, target_sparsity);
      for (const [name, mask] of masks) {
        const values = parameters.get(name) ?? new Float32Array();
        for (const [i, keep] of mask.entries()) if (keep === 0) expect(values[i]).toBe(0);
      }
      const bits = Number(/bits=(\d)/.exec(quantization ?? "")?.[1] ?? 32);
      const rowCount = quantization?.includes("per=channel") ? 8 : 1;
      expect(new Set(parameters.get("fc1.weight")).size).toBeLessThanOrEqual(
        rowCount * 2 * largestCode(bits) + 1,
      );
    }
    const [plain, rounded] = await Promise.all(
      ["global-magnitude", "2-tensor"].map((m) => weightsOf(m, 0.5)),
    );
    expect(rounded?.parameters.get("fc1.bias")).toEqual(plain?.parameters.get("fc1.bias"));
  });

  it("are within half a step of what they round", async () => {
    const plain = (await weightsOf("global-magnitude", 0.5)).parameters;
    const rounded = (await weightsOf("8-channel", 0.5)).parameters;
    for (const [name, columns] of [
      ["fc1.weight", 36],
      ["fc2.weight", 8],
      ["fc3.weight", 6],
    ] as const) {
      const values = plain.get(name) ?? new Float32Array();
      for (let start = 0; start < values.length; start += columns) {
        const row = values.subarray(start, start + columns);
        const step = Math.max(...row.map(Math.abs)) / 127;
        const off = row.map((value, i) => Math.abs(value - (rounded.get(name)?.[start + i] ?? Number.NaN)));
        expect(Math.max(...off)).toBeLessThanOrEqual((step / 2) * (1 + 1e-5));
      }
    }
  });

  it("take fewer bytes the fewer the bits", () => {
    for (const sparsity of [0, 0.5]) {
      const [plain, eight, two] = ["global-magnitude", "8-channel", "2-tensor"].map((m) =>
        rowOf(m, sparsity),
      );
      expect(plain?.coded_bytes).toBe(plain?.sparse_bytes);
      expect(plain?.huffman_bytes).toBeNull();
      expect(eight?.coded_bytes).toBeLessThan(plain?.coded_bytes ?? 0);
      expect(two?.coded_bytes).toBeLessThan(eight?.coded_bytes ?? 0);
      expect(two?.huffman_bytes).toBeLessThan(eight?.huffman_bytes ?? 0);
    }
  });

  it("give the same bytes again, in any number of workers", async () => {
    const again = path.join(root, `${engine}-again`);
    await runIn(again, await optionsOn(engine), { checkpoints: "all", workers: 2 });
    expect(await filesOf(again)).toEqual(await filesOf(folder));
  });

  it("add up by layer", async () => {
    const layers = (await readFile(path.join(folder, "layers.csv"), "utf8")).trimEnd().split("\n");
    const [header = "", ...lines] = layers.map((line) => line.split(","));
    const cell = (line: readonly string[], column: string) => line[header.indexOf(column)] ?? "";
    for (const { method, target_sparsity, coded_bytes, huffman_bytes } of rows) {
      const own = lines.filter(
        (line) =>
          cell(line, "method") === method && Number(cell(line, "target_sparsity")) === target_sparsity,
      );
      const total = (column: string) => own.reduce((sum, line) => sum + Number(cell(line, column)), 0);
      expect(total("coded_bytes")).toBe(coded_bytes);
      expect(total("huffman_bytes")).toBe(huffman_bytes ?? 0);
    }
  });
});

it("without a method that quantizes, tables have no column of it", async () => {
  const folder = path.join(root, "plain");
  await runIn(folder, await tinyStudy(root, { seeds: [0] }));
  for (const table of ["results.csv", "layers.csv"]) {
    const [header = ""] = (await readFile(path.join(folder, table), "utf8")).split("\n");
    expect(header).toMatch(/train_macs$|kept_min_magnitude$/);
  }
});

it("says of a network once what it should say, however often it is rounded", async () => {
  const layerwise = { criterion: "magnitude", allocation: "uniform" };
  const options = await tinyStudy(root, {
    prune: {
      methods: [
        "l1-unstructured",
        { name: "rounded", ...layerwise, quantization: { bits: 4 } },
        { name: "nothing", construction: "zero", recovery: "none", quantization: {} },
      ],
      sparsities: [0.95],
      finetune: { epochs: 1 },
    },
    seeds: [0],
  });
  const { events } = await runIn(path.join(root, "told"), options);
  const notices = events.flatMap((event) => (event.event === "notice" ? [event.message] : []));
  const thin = notices.filter((message) => message.includes("fewer than its"));
  expect(thin).toHaveLength(2);
  for (const message of thin) expect(message).toMatch(/^l1-unstructured at sparsity 0\.95 keeps/);
  // What is made without a path is what was asked for.
  expect(notices.filter((message) => message.includes("nothing-1-seed0"))).toEqual([]);
});
