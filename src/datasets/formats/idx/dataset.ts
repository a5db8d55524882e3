import * as z from "zod";
import { assembleDataset, wholeOf } from "../../assemble.ts";
import type { Dataset } from "../../dataset.ts";
import { imageExamples } from "../../labeled-images.ts";
import { byteScaling, type Normalization, normalizationSchema } from "../../normalization.ts";
import { splitExamples } from "../../split.ts";
import type { IdxImages } from "./images.ts";

/** The options that all datasets of four IDX files have. */
export const idxOptions = {
  validation: z.int().min(0).default(5000).describe("Examples held out of the training set."),
  normalize: normalizationSchema,
};

/** Validation examples are held out of the train files, stratified; the t10k files are the test set, as they are. */
export function idxDataset(
  name: string,
  { train, test, classes, sources }: IdxImages,
  options: { readonly validation: number; readonly normalize: Normalization },
): Dataset {
  const scaling = byteScaling(options.normalize);
  return assembleDataset({
    name,
    sources,
    ...splitExamples(imageExamples(train, classes, scaling), { validation: options.validation }),
    test: wholeOf(imageExamples(test, classes, scaling)),
  });
}
