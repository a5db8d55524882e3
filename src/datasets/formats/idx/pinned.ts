import { inputError, type PruneLabError } from "../../../foundations/errors.ts";
import { datasetFolder, existingDataFolders } from "../../data-folder.ts";
import type { Dataset, Download, LoadContext, Source } from "../../dataset.ts";
import type { Normalization } from "../../normalization.ts";
import { idxDataset } from "./dataset.ts";
import {
  findIdxFiles,
  type IdxFiles,
  type IdxRole,
  idxRoleNames,
  isComplete,
  missingFiles,
  spellings,
  standardName,
} from "./files.ts";
import { readIdxImages } from "./images.ts";

/** A published set of four IDX files. Copies are compressed differently: it is known by its uncompressed bytes. */
export interface PinnedSet {
  /** In configs and in results, and of its folder in the data folder. */
  readonly name: string;
  /** In messages: `MNIST`. */
  readonly title: string;
  /** Base URLs, ending in a slash, that have each file as `<standard name>.gz`. */
  readonly mirrors: readonly string[];
  /** SHA-256 of the uncompressed bytes. */
  readonly sha256: Readonly<Record<IdxRole, string>>;
  /** Number of the uncompressed bytes. */
  readonly bytes: Readonly<Record<IdxRole, number>>;
  /** What else helps where files are missing: `set dataset.source: bundled`. */
  readonly otherwise?: string;
}

/** The sizes of the files of 60,000 + 10,000 images of 28x28, as MNIST and what follows it have them. */
export const MNIST_BYTES = {
  "train-images": 16 + 60_000 * 28 * 28,
  "train-labels": 8 + 60_000,
  "t10k-images": 16 + 10_000 * 28 * 28,
  "t10k-labels": 8 + 10_000,
} as const satisfies PinnedSet["bytes"];

/** The files, or the text that says where none of them is. */
export type FoundFiles =
  | { readonly complete: true; readonly files: IdxFiles }
  | { readonly complete: false; readonly nothing: string };

/** Looks for the files in the data folders. Some of them without the others are a mistake, and an error. */
export async function findPinned(set: PinnedSet, context: LoadContext): Promise<FoundFiles> {
  const searched: string[] = [];
  for (const dataFolder of await existingDataFolders(context.dataDir)) {
    const folder = await datasetFolder(dataFolder, set.name, idxRoleNames.flatMap(spellings));
    const files = await findIdxFiles(folder);
    if (isComplete(files)) return { complete: true, files };
    const missing = missingFiles(files);
    if (missing.length < idxRoleNames.length) {
      throw missingError(`${folder} lacks some of ${set.title}'s files: ${missing.join(", ")}`, set, context);
    }
    searched.push(folder);
  }
  return { complete: false, nothing: `No ${set.title} files in ${searched.join(" or ")}` };
}

/** The error for files that are missing, with the command that gets them. */
export function missingError(
  problem: string,
  set: Pick<PinnedSet, "name" | "otherwise">,
  { dataDir }: LoadContext,
): PruneLabError {
  const target = dataDir === undefined ? "" : ` --data-dir ${dataDir}`;
  const otherwise = set.otherwise === undefined ? "" : ` (or ${set.otherwise})`;
  return inputError(`${problem}.`, {
    hint: `Get them with: prune-lab data fetch ${set.name}${target}${otherwise}`,
  });
}

/** Reads the files. Throws when one under the set's name is another: results would bear a wrong name. */
export async function loadPinned(
  set: PinnedSet,
  files: IdxFiles,
  options: { readonly validation: number; readonly normalize: Normalization },
): Promise<Dataset> {
  const images = await readIdxImages(files);
  checkContent(set, files, images.sources);
  return idxDataset(set.name, images, options);
}

function checkContent(set: PinnedSet, files: IdxFiles, sources: readonly Source[]): void {
  for (const role of idxRoleNames) {
    const expected = set.sha256[role];
    const got = sources.find(({ file }) => file === files[role])?.sha256;
    if (got !== expected) {
      throw inputError(
        `${files[role]} is not ${set.title}'s ${standardName(role)}: expected SHA-256 ${expected}, got ${got}.`,
        { hint: "For other data in this format set dataset: { name: idx, path: FOLDER }" },
      );
    }
  }
}

/** What `data fetch` needs of the set. */
export function pinnedDownload({
  mirrors,
  sha256,
  bytes,
}: Pick<PinnedSet, "mirrors" | "sha256" | "bytes">): Download {
  const files = idxRoleNames.map((role) => ({
    name: `${standardName(role)}.gz`,
    spellings: spellings(role),
    sha256: sha256[role],
    bytes: bytes[role],
  }));
  return { mirrors, files };
}
