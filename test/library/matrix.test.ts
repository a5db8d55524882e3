import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readMatrix } from "../../src/library/matrix.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
async function read(text: string) {
  const file = path.join(folder, "matrix.yaml");
  await writeFile(file, text);
  return readMatrix(file);
}

test("the cells are the cartesian product, the last path fastest", async () => {
  const cells = await read(
    "train.batchSize: [32, 64]\ntrain.optimizer: { adam: { name: adam }, fast: { name: sgd, momentum: 0.9 } }\n",
  );
  expect(cells).toEqual([
    { suffix: "-32-adam", set: ["train.batchSize=32", "train.optimizer={ name: adam }"] },
    { suffix: "-32-fast", set: ["train.batchSize=32", "train.optimizer={ name: sgd, momentum: 0.9 }"] },
    { suffix: "-64-adam", set: ["train.batchSize=64", "train.optimizer={ name: adam }"] },
    { suffix: "-64-fast", set: ["train.batchSize=64", "train.optimizer={ name: sgd, momentum: 0.9 }"] },
  ]);
});

test("a value that is a text, or null, stays what it is", async () => {
  const cells = await read('prune.finetune: { none: null, "two words": { epochs: 2 } }\nengine: ["auto"]\n');
  expect(cells).toEqual([
    { suffix: "-none-auto", set: ["prune.finetune=null", "engine=auto"] },
    { suffix: "-two_words-auto", set: ["prune.finetune={ epochs: 2 }", "engine=auto"] },
  ]);
});

test.each([
  ["train.epochs: 3\n", /matrix\.yaml:1: train\.epochs: a list of values/],
  ["seeds: [[0], [1]]\n", /matrix\.yaml:1: seeds: \[ 0 \] cannot name a folder; name the values/],
  ["a: [1]\ntrain.epochs: []\n", /matrix\.yaml:2: train\.epochs: a list of values/],
  ["train.epochs: [1, 1]\n", /matrix\.yaml:1: train\.epochs: two values are named '1'/],
  ["", /matrix\.yaml: the file is empty\.$/],
  ["{}\n", /matrix\.yaml: the matrix has no paths\.$/],
  [
    Array.from({ length: 25 }, (_, i) => `key${i}: [1, 2]\n`).join(""),
    /matrix\.yaml:10: key9: with this the matrix has 1024 combinations or more; at most 1000 are run\.$/,
  ],
  ["- 1\n", /matrix\.yaml:1: .*a mapping/],
])("%j is refused with its line", async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});
