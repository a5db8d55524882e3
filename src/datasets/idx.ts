import path from "node:path";
import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { assembleDataset, type LabeledImages, wholeOf } from "./assemble.ts";
import { existingDataFolders, isFolder } from "./data-folder.ts";
import type { DatasetEntry } from "./dataset.ts";
import { findIdxFiles, type IdxFiles, isComplete, missingFiles } from "./idx-files.ts";
import { readLabeledImages } from "./idx-images.ts";
import { byteScaling, normalizationSchema } from "./normalization.ts";
import { checkValidationSize, stratifiedSplit } from "./split.ts";

const label = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const labelRule = "letters, digits, '.', '_' and '-', starting with a letter or a digit";

const options = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe("The folder of the four files: in the data folder, or relative to the working folder."),
  label: z
    .string()
    .regex(label, labelRule)
    .nullable()
    .default(null)
    .describe("The dataset's name in results; null: the name of the folder."),
  validation: z.int().min(0).default(5000).describe("Examples held out of the training set."),
  normalize: normalizationSchema,
});

export const idx = {
  name: "idx",
  summary: "Any folder of four IDX files in MNIST's layout: Fashion-MNIST, KMNIST, your own.",
  options,
  load: async (chosen, context) => {
    const folder = await findFolder(chosen.path, context.dataDir);
    const name = resultName(chosen.label, folder);
    const files = await findIdxFiles(folder);
    if (!isComplete(files)) {
      throw inputError(`${folder} lacks ${missingFiles(files).join(", ")} (each plain or with .gz).`);
    }
    const [train, test] = await Promise.all([
      readLabeledImages(files, "train"),
      readLabeledImages(files, "t10k"),
    ]);
    const classes = checkHalves(files, train.images, test.images);
    checkValidationSize(chosen.validation, train.images.labels.length);
    const parts = stratifiedSplit(train.images.labels, { validation: chosen.validation });
    return assembleDataset({
      name,
      sources: [...train.sources, ...test.sources],
      classes,
      scaling: byteScaling(chosen.normalize),
      train: { images: train.images, order: parts.train },
      validation: { images: train.images, order: parts.validation },
      test: wholeOf(test.images),
    });
  },
} as const satisfies DatasetEntry<typeof options>;

async function findFolder(wanted: string, dataDir: string | undefined): Promise<string> {
  const dataFolders = path.isAbsolute(wanted) ? [] : await existingDataFolders(dataDir);
  const candidates = [
    ...dataFolders.map((dataFolder) => path.join(dataFolder, wanted)),
    path.normalize(wanted),
  ];
  for (const candidate of candidates) if (await isFolder(candidate)) return candidate;
  throw inputError(`dataset.path: there is no folder ${candidates.join(" or ")}.`);
}

/** The name in results; those of other datasets are taken. */
function resultName(wanted: string | null, folder: string): string {
  const name = wanted ?? path.basename(path.resolve(folder));
  if (/^mnist(-10k)?$/i.test(name)) {
    throw inputError(`The name '${name}' in results is reserved for the dataset mnist.`, {
      hint: "Set dataset.label to another name, or dataset: { name: mnist } if this is MNIST",
    });
  }
  if (!label.test(name)) {
    throw inputError(`The folder's name '${name}' cannot stand in results (${labelRule}).`, {
      hint: "Set dataset.label",
    });
  }
  return name;
}

/** Throws unless training and test examples can belong to one task; returns its number of classes. */
function checkHalves(files: IdxFiles, train: LabeledImages, test: LabeledImages): number {
  const [trainSize, testSize] = [train, test].map(({ shape }) => shape.slice(1).join("x"));
  if (trainSize !== testSize) {
    throw inputError(
      `The images in ${files["train-images"]} are ${trainSize}, those in ${files["t10k-images"]} are ${testSize}.`,
    );
  }
  const largest = largestOf(train.labels);
  if (largest === 0) {
    throw inputError(`All labels in ${files["train-labels"]} are 0: there is nothing to tell apart.`);
  }
  const largestTest = largestOf(test.labels);
  if (largestTest > largest) {
    throw inputError(
      `${files["t10k-labels"]} has the label ${largestTest}; the training labels end at ${largest}.`,
    );
  }
  return largest + 1;
}

function largestOf(labels: Uint8Array): number {
  return labels.reduce((largest, label) => Math.max(largest, label), 0);
}
