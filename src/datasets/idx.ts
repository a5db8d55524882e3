import * as z from "zod";
import { failure } from "../foundations/errors.ts";
import type { DatasetEntry } from "./dataset.ts";
import { normalizationSchema } from "./normalization.ts";

const options = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe("The folder of the four files, relative to --data-dir or to the working folder."),
  label: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, '.', '_' and '-' only")
    .nullable()
    .default(null)
    .describe("The dataset's name in results; null: the name of the folder."),
  validation: z.int().min(0).default(5000).describe("Examples held out of the training set."),
  normalize: normalizationSchema,
});

export const idx = {
  name: "idx",
  summary: "any folder of four IDX files in MNIST's layout: Fashion-MNIST, KMNIST, your own",
  options,
  load: async () => {
    throw failure("idx: not yet");
  },
} as const satisfies DatasetEntry<typeof options>;
