import { inputError } from "../../../foundations/errors.ts";
import type { Source } from "../../dataset.ts";
import type { LabeledImages } from "../../labeled-images.ts";
import { type IdxFiles, readIdxFile } from "./files.ts";

/** What the four files hold. */
export interface IdxImages {
  readonly train: LabeledImages;
  readonly test: LabeledImages;
  /** The largest training label plus one. */
  readonly classes: number;
  readonly sources: readonly Source[];
}

/** Reads the four files as gray images with their labels. Throws when they cannot belong to one task. */
export async function readIdxImages(files: IdxFiles): Promise<IdxImages> {
  const [train, test] = await Promise.all([readHalf(files, "train"), readHalf(files, "t10k")]);
  return {
    train: train.images,
    test: test.images,
    classes: checkHalves(files, train.images, test.images),
    sources: [...train.sources, ...test.sources],
  };
}

async function readHalf(
  files: IdxFiles,
  half: "train" | "t10k",
): Promise<{ images: LabeledImages; sources: readonly Source[] }> {
  const imagesFile = files[`${half}-images`];
  const labelsFile = files[`${half}-labels`];
  const [pixels, labels] = await Promise.all([
    readIdxFile(imagesFile, `${half}-images`),
    readIdxFile(labelsFile, `${half}-labels`),
  ]);
  const [count = 0, height = 0, width = 0] = pixels.shape;
  if (labels.values.length !== count) {
    throw inputError(
      `${labelsFile} has ${labels.values.length} labels for the ${count} images of ${imagesFile}.`,
    );
  }
  return {
    images: { shape: [1, height, width], pixels: pixels.values, labels: labels.values },
    sources: [
      { file: imagesFile, sha256: pixels.sha256 },
      { file: labelsFile, sha256: labels.sha256 },
    ],
  };
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
