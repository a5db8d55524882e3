import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { assembleDataset, wholeOf } from "./assemble.ts";
import { readBundledDigits } from "./bundled-digits.ts";
import { datasetFolder, existingDataFolders } from "./data-folder.ts";
import type { Dataset, DatasetEntry, LoadContext } from "./dataset.ts";
import {
  findIdxFiles,
  type IdxFiles,
  idxRoleNames,
  isComplete,
  missingFiles,
  standardName,
} from "./idx-files.ts";
import { readLabeledImages } from "./idx-images.ts";
import { mnistDownload } from "./mnist-download.ts";
import { byteScaling, normalizationSchema } from "./normalization.ts";
import { checkValidationSize, stratifiedSplit } from "./split.ts";

const options = z.strictObject({
  source: z
    .enum(["auto", "files", "bundled"])
    .default("auto")
    .describe(
      "files: the four IDX files of the full set; bundled: the 10,000 digits that come with prune-lab, named mnist-10k; auto: the files when they are found, else the bundled digits.",
    ),
  validation: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe("Examples held out of the training set; null: 5000 of mnist, 1000 of mnist-10k."),
  normalize: normalizationSchema,
});

type Options = z.output<typeof options>;

const classes = 10;

export const mnist = {
  name: "mnist",
  summary: "Handwritten digits, 28x28, 10 classes: 60,000 + 10,000 from files, or the 10,000 bundled.",
  options,
  download: mnistDownload,
  load: async (chosen, context) => {
    const files = chosen.source === "bundled" ? undefined : await findFiles(chosen.source, context);
    return files === undefined ? loadBundled(chosen) : loadFull(files, chosen);
  },
} as const satisfies DatasetEntry<typeof options>;

/** `mnist`: 60,000 for training and validation, the 10,000 of the t10k files for the test. */
async function loadFull(files: IdxFiles, { validation, normalize }: Options): Promise<Dataset> {
  const [train, test] = await Promise.all([
    readLabeledImages(files, "train"),
    readLabeledImages(files, "t10k"),
  ]);
  const sources = [...train.sources, ...test.sources];
  checkContent(files, sources);
  const held = validation ?? 5000;
  checkValidationSize(held, train.images.labels.length);
  const parts = stratifiedSplit(train.images.labels, { validation: held });
  return assembleDataset({
    name: "mnist",
    sources,
    classes,
    scaling: byteScaling(normalize),
    train: { images: train.images, order: parts.train },
    validation: { images: train.images, order: parts.validation },
    test: wholeOf(test.images),
  });
}

/** `mnist-10k`: a test set of 1,000 is cut off first, the same whatever is held out for validation. */
async function loadBundled({ validation, normalize }: Options): Promise<Dataset> {
  const { images, sources } = await readBundledDigits();
  const testSize = 1000;
  const held = validation ?? 1000;
  checkValidationSize(held, images.labels.length - testSize);
  const parts = stratifiedSplit(images.labels, { test: testSize, validation: held });
  return assembleDataset({
    name: "mnist-10k",
    sources,
    classes,
    scaling: byteScaling(normalize),
    train: { images, order: parts.train },
    validation: { images, order: parts.validation },
    test: { images, order: parts.test },
  });
}

/**
 * The four files, or undefined when `auto` may fall back to the bundled digits, which it tells. Some of the files
 * without the others, or a --data-dir without them, is a mistake and no reason to take other data.
 */
async function findFiles(source: "auto" | "files", { dataDir, notify }: LoadContext) {
  const target = dataDir === undefined ? "" : ` --data-dir ${dataDir}`;
  const hint = `Get them with: prune-lab data fetch mnist${target} (or set dataset.source: bundled)`;
  const searched: string[] = [];
  for (const dataFolder of await existingDataFolders(dataDir)) {
    const folder = await datasetFolder(dataFolder, "mnist");
    const files = await findIdxFiles(folder);
    if (isComplete(files)) return files;
    const missing = missingFiles(files);
    if (missing.length < idxRoleNames.length) {
      throw inputError(`${folder} lacks some of MNIST's files: ${missing.join(", ")}.`, { hint });
    }
    searched.push(folder);
  }
  const nothing = `No MNIST files in ${searched.join(" or ")}`;
  if (source === "files" || dataDir !== undefined) throw inputError(`${nothing}.`, { hint });
  notify(
    `${nothing}: using the 10,000 bundled digits, named mnist-10k in all results. For all 70,000 run: prune-lab data fetch mnist`,
  );
  return undefined;
}

/** Throws when a file under MNIST's name is not MNIST: results would bear a wrong name. */
function checkContent(files: IdxFiles, sources: Dataset["sources"]): void {
  for (const role of idxRoleNames) {
    const expected = mnistDownload.sha256[role];
    const got = sources.find(({ file }) => file === files[role])?.sha256;
    if (got !== expected) {
      throw inputError(
        `${files[role]} is not MNIST's ${standardName(role)}: expected SHA-256 ${expected}, got ${got}.`,
        { hint: "For other data in this format set dataset: { name: idx, path: FOLDER }" },
      );
    }
  }
}
