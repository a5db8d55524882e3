import { inputError } from "../foundations/errors.ts";
import type { LabeledImages } from "./assemble.ts";
import type { Dataset } from "./dataset.ts";
import { type IdxFiles, readIdxFile } from "./idx-files.ts";

/** Reads one half of the four files, "train" or "t10k", as gray images with their labels. */
export async function readLabeledImages(
  files: IdxFiles,
  half: "train" | "t10k",
): Promise<{ images: LabeledImages; sources: Dataset["sources"] }> {
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
