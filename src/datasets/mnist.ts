import * as z from "zod";
import { failure } from "../foundations/errors.ts";
import type { DatasetEntry } from "./dataset.ts";
import { normalizationSchema } from "./normalization.ts";

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

export const mnist = {
  name: "mnist",
  summary: "handwritten digits, 28x28, 10 classes; 60,000 + 10,000 examples, or the 10,000 bundled ones",
  options,
  load: async () => {
    throw failure("mnist: not yet");
  },
} as const satisfies DatasetEntry<typeof options>;
