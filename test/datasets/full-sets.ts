import { existsSync } from "node:fs";
import path from "node:path";
import { datasets } from "../../src/datasets/registry.ts";

const dataFolders = [process.env.PRUNE_LAB_DATA ?? "", "../shared/data", "data"].filter(
  (folder) => folder !== "",
);

/** A folder with all files of a dataset as they are downloaded, or undefined: tests that need it are left out, and told. */
export function fullSet(name: string): string | undefined {
  const files = datasets.named(name).download?.files ?? [];
  const folder = dataFolders
    .flatMap((dataFolder) => [path.resolve(dataFolder, name), path.resolve(dataFolder)])
    .find((candidate) => files.every((file) => existsSync(path.join(candidate, file.name))));
  if (folder === undefined) {
    console.warn(
      `The full ${name} is not here: its tests are left out (prune-lab data fetch ${name} gets it).`,
    );
  }
  return folder;
}
