import path from "node:path";
import * as z from "zod";
import { eachRecord } from "../foundations/csv-records.ts";
import { inputError } from "../foundations/errors.ts";
import { sha256 } from "../foundations/hash.ts";
import { assembleDataset } from "./assemble.ts";
import { datasetFolder, existingDataFolders, findFile } from "./data-folder.ts";
import type { DatasetEntry, DownloadFile, LoadContext } from "./dataset.ts";
import { missingError } from "./formats/idx/pinned.ts";
import { imageExamples, type LabeledImages } from "./labeled-images.ts";
import { splitExamples } from "./split.ts";
import { readWhole } from "./uncompressed.ts";

const name = "digits8x8";
const SIDE = 8;
/** Pixels are counts of dots, 0 to 16. */
const BRIGHTEST = 16;
const TEST_EXAMPLES = 360;

/** 1,797 lines without a header: 64 pixels and the digit. */
const published = {
  name: "digits.csv.gz",
  spellings: ["digits.csv.gz", "digits.csv"],
  sha256: "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
  bytes: 264_712,
} as const satisfies DownloadFile;

const options = z.strictObject({
  validation: z.int().min(0).default(180).describe("Examples held out of the training set."),
});

export const digits8x8 = {
  name,
  summary: "Scikit-learn's 1,797 handwritten digits, 8x8, 10 classes, from a file: small and quick.",
  options,
  resultNames: [name],
  classes: 10,
  download: {
    mirrors: [
      "https://raw.githubusercontent.com/scikit-learn/scikit-learn/1.5.0/sklearn/datasets/data/",
      "https://raw.githubusercontent.com/scikit-learn/scikit-learn/main/sklearn/datasets/data/",
    ],
    files: [published],
  },
  load: async ({ validation }, context) => {
    const file = await findDigits(context);
    const content = await readWhole(file, published.bytes);
    const found = sha256(content);
    if (found !== published.sha256) {
      throw inputError(
        `${file} is not scikit-learn's digits.csv: expected SHA-256 ${published.sha256}, got ${found}.`,
        { hint: "For other data set dataset: { name: table, path: FILE, targets: COLUMN }" },
      );
    }
    const examples = imageExamples(imagesIn(content, file), 10, { scale: 1 / BRIGHTEST, offset: 0 });
    // The test set is cut off first, the same whatever is held out for validation.
    const parts = splitExamples(examples, { test: TEST_EXAMPLES, validation });
    return assembleDataset({ name, sources: [{ file, sha256: found }], ...parts });
  },
} as const satisfies DatasetEntry<typeof options>;

async function findDigits(context: LoadContext): Promise<string> {
  const searched: string[] = [];
  for (const dataFolder of await existingDataFolders(context.dataDir)) {
    const folder = await datasetFolder(dataFolder, name, published.spellings);
    const file = await findFile(folder, published.spellings);
    if (file !== undefined) return file;
    searched.push(path.join(folder, published.name));
  }
  throw missingError(`There is no ${searched.join(" or ")}`, { name }, context);
}

/** The content is the published one: nothing of it has to be checked. */
function imagesIn(content: Uint8Array, file: string): LabeledImages {
  const rows: number[][] = [];
  eachRecord(content, file, (cells) => void rows.push(cells.map(Number)));
  return {
    shape: [1, SIDE, SIDE],
    pixels: Uint8Array.from(rows.flatMap((row) => row.slice(0, SIDE * SIDE))),
    labels: Uint8Array.from(rows, (row) => row[SIDE * SIDE] as number),
  };
}
