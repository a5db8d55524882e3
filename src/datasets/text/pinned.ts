import path from "node:path";
import { inputError } from "../../foundations/errors.ts";
import { datasetFolder, existingDataFolders, findFile } from "../data-folder.ts";
import type { DownloadFile, LoadContext } from "../dataset.ts";
import { missingError } from "../formats/idx/pinned.ts";

/** A file of a published dataset: in the first data folder that has it. Throws a PruneLabError of kind `input` for none. */
export async function findPublished(
  dataset: string,
  { name, spellings }: DownloadFile,
  context: LoadContext,
): Promise<string> {
  const searched: string[] = [];
  for (const dataFolder of await existingDataFolders(context.dataDir)) {
    const folder = await datasetFolder(dataFolder, dataset, spellings);
    const file = await findFile(folder, spellings);
    if (file !== undefined) return file;
    searched.push(path.join(folder, name));
  }
  throw missingError(`There is no ${searched.join(" or ")}`, { name: dataset }, context);
}

/** Throws a PruneLabError of kind `input` for another file under the name of a published one. */
export function checkPublished(
  file: string,
  found: string,
  { name, sha256 }: DownloadFile,
  title: string,
): void {
  if (found === sha256) return;
  throw inputError(`${file} is not ${title}'s ${name}: expected SHA-256 ${sha256}, got ${found}.`, {
    hint: "For other sentences set dataset: { name: text, test: FILE, train: FILE }",
  });
}
