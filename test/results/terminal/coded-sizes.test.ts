import { expect, test } from "vitest";
import { codedSizes } from "../../../src/results/terminal/coded-sizes.ts";
import { resultRow } from "../../support/result-rows.ts";

const plain = { method: "plain", quantization: "none", dense_bytes: 10_240, sparse_bytes: 3072 };
const rounded = {
  ...plain,
  method: "rounded",
  quantization: "symmetric(bits=4 per=channel training=straight-through)",
};

test("sizes stand by method at the sparsity nearest to 90%, with the bits", () => {
  const rows = [0, 0.8, 0.98].flatMap((target_sparsity) => [
    resultRow({ ...plain, target_sparsity, coded_bytes: 3072, huffman_bytes: null }),
    resultRow({ ...rounded, target_sparsity, coded_bytes: 1024, huffman_bytes: 512, seed: 0 }),
    resultRow({ ...rounded, target_sparsity, coded_bytes: 2048, huffman_bytes: 1536, seed: 1 }),
  ]);
  expect(codedSizes(rows)).toEqual([
    "at 98%   dense  sparse  coded  Huffman  weights",
    "plain     10.0     3.0    3.0           32 bits",
    "rounded   10.0     3.0    1.5      1.0  4 bits per channel, straight-through",
    "",
    expect.stringMatching(/^Size in KiB, mean over the seeds\./),
  ]);
});

test("there are none where nothing is rounded", () => {
  expect(codedSizes([resultRow({})])).toEqual([]);
  expect(codedSizes([resultRow({ quantization: "none", coded_bytes: 1 })])).toEqual([]);
});
