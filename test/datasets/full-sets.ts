import { statSync } from "node:fs";
import path from "node:path";
import type { DownloadFile } from "../../src/datasets/dataset.ts";
import { datasets } from "../../src/datasets/registry.ts";
import { checkpoints } from "../../src/models/pretrained/published.ts";

const dataFolders = [process.env.PRUNE_LAB_DATA ?? "", "../shared/data", "data"].filter(
  (folder) => folder !== "",
);

/** The files of a dataset or of a published network, as they are downloaded. */
export function filesOf(name: string): readonly DownloadFile[] {
  return (datasets.find(name) ?? checkpoints.named(name)).download?.files ?? [];
}

/** A folder with all of them, or undefined: tests that need it are left out, and told. */
export function fullSet(name: string): string | undefined {
  const folder = dataFolders
    .flatMap((dataFolder) => [path.resolve(dataFolder, name), path.resolve(dataFolder)])
    .find((candidate) => filesOf(name).every((file) => isThere(candidate, file)));
  if (folder === undefined) {
    console.warn(
      `The full ${name} is not here: its tests are left out (prune-lab data fetch ${name} gets it).`,
    );
  }
  return folder;
}

/** A file of another size is another one: what is compressed has a size of its own. */
function isThere(folder: string, { name, bytes }: DownloadFile): boolean {
  const found = statSync(path.join(folder, name), { throwIfNoEntry: false });
  return found !== undefined && (bytes === undefined || name.endsWith(".gz") || found.size === bytes);
}
