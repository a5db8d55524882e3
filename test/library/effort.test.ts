import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ResultRow } from "../../src/recording/rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** What the rows say that training took. An epoch is 10 steps over 150 examples. */

const magnitude = { criterion: "magnitude", allocation: "uniform" };
const iterative = { schedule: { name: "iterative", fraction: 0.5 } };
const methods = [
  { name: "once", ...magnitude },
  { name: "levels", ...magnitude, ...iterative },
  { name: "tickets", ...magnitude, ...iterative, recovery: "rewind" },
  { name: "rewound", ...magnitude, recovery: { name: "rewind", step: 4 } },
  { name: "learning-rates", ...magnitude, recovery: { name: "rewind-learning-rate", step: 20 } },
  { name: "early", ...magnitude, schedule: { name: "early", step: 5 } },
  { name: "gradual", ...magnitude, schedule: { name: "gradual", from: 0, to: 0.5, every: 5 } },
  { name: "taught", ...magnitude, recovery: "distill" },
  { name: "rounded", ...magnitude, quantization: { bits: 8 } },
  { name: "scratch", construction: { name: "narrower", effort: "epochs" }, recovery: "none" },
];

let folder: string;
let rows: readonly ResultRow[];

beforeAll(async () => {
  folder = await temporaryFolder();
  const options = await tinyStudy(folder, {
    prune: { methods, sparsities: [0, 0.5], finetune: { epochs: 1 } },
    seeds: [0],
    engine: "kernels-wasm",
  });
  ({
    outcome: { results: rows },
  } = await runIn(path.join(folder, "out"), options));
});

const at = (method: string, sparsity: number) => {
  const row = rows.find((each) => each.method === method && each.target_sparsity === sparsity);
  if (row === undefined) throw new Error(`no row ${method} ${sparsity}`);
  return row;
};

describe("the effort of a row", () => {
  it.each([
    ["once", 30 + 10],
    ["levels", 30 + 10],
    ["tickets", 30 + 30],
    // The checkpoint is a part of the dense training.
    ["rewound", 30 + 26, 450 + 450 - 4 * 16],
    ["learning-rates", 30 + 10],
    // The dense network only up to step 5.
    ["early", 5 + 25],
    ["gradual", 30 + 10],
    ["taught", 30 + 10],
    ["rounded", 30 + 10],
    // Its own training alone.
    ["scratch", 30],
  ])("%s takes %i steps", (method, steps, examples = 15 * steps) => {
    expect(at(method, 0.5)).toMatchObject({ train_steps: steps, train_examples: examples });
  });
});
