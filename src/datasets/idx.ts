import path from "node:path";
import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { nameSchema } from "../foundations/names.ts";
import { findNamed, ownName } from "./data-folder.ts";
import type { DatasetEntry } from "./dataset.ts";
import { idxDataset, idxOptions } from "./formats/idx/dataset.ts";
import { findIdxFiles, isComplete, missingFiles } from "./formats/idx/files.ts";
import { readIdxImages } from "./formats/idx/images.ts";

const options = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(1000)
    .describe("The folder of the four files: in the data folder, or relative to the working folder."),
  label: nameSchema("a dataset")
    .nullable()
    .default(null)
    .describe("The dataset's name in results; null: the name of the folder."),
  ...idxOptions,
});

export const idx = {
  name: "idx",
  summary: "Any folder of four IDX files in MNIST's layout: KMNIST, your own.",
  options,
  resultNames: [],
  load: async (chosen, context) => {
    const where = { option: "dataset.path", what: "folder", dataDir: context.dataDir } as const;
    const folder = await findNamed(chosen.path, where);
    const name = ownName(chosen.label, path.basename(path.resolve(folder)), "folder");
    const files = await findIdxFiles(folder);
    if (!isComplete(files)) {
      throw inputError(`${folder} lacks ${missingFiles(files).join(", ")} (each plain or with .gz).`);
    }
    return idxDataset(name, await readIdxImages(files), chosen);
  },
} as const satisfies DatasetEntry<typeof options>;
