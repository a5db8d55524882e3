import path from "node:path";
import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { nameProblem, nameSchema } from "../foundations/names.ts";
import { quote } from "../foundations/quote.ts";
import { existingDataFolders, isFolder } from "./data-folder.ts";
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
    const folder = await findFolder(chosen.path, context.dataDir);
    const name = resultName(chosen.label, folder);
    const files = await findIdxFiles(folder);
    if (!isComplete(files)) {
      throw inputError(`${folder} lacks ${missingFiles(files).join(", ")} (each plain or with .gz).`);
    }
    return idxDataset(name, await readIdxImages(files), chosen);
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

function resultName(wanted: string | null, folder: string): string {
  const name = wanted ?? path.basename(path.resolve(folder));
  const problem = nameProblem(name);
  if (problem === undefined) return name;
  throw inputError(`The folder's name ${quote(name)} cannot stand in results (${problem}).`, {
    hint: "Set dataset.label",
  });
}
