import { readFile } from "node:fs/promises";
import { inputError, type PruneLabError } from "../../../foundations/errors.ts";
import { sha256 } from "../../../foundations/hash.ts";
import { datasetFolder, existingDataFolders } from "../../data-folder.ts";
import type { Dataset, Download, DownloadFile, LoadContext, Source } from "../../dataset.ts";
import type { Normalization } from "../../normalization.ts";
import { idxDataset } from "./dataset.ts";
import {
  findIdxFiles,
  type IdxFiles,
  type IdxNaming,
  type IdxRole,
  idxRoleNames,
  isComplete,
  missingFiles,
  spellings,
  standardName,
} from "./files.ts";
import { type IdxImages, readIdxImages } from "./images.ts";

/**
 * A published set of four IDX files. Copies are compressed differently: it is known by its uncompressed bytes, or, where
 * their checksums are not known, by the gzip files that were published.
 */
export interface PinnedSet {
  /** In configs and in results, and of its folder in the data folder. */
  readonly name: string;
  /** In results, where that is another: `emnist-letters`. */
  readonly resultName?: string;
  /** In messages: `MNIST`. */
  readonly title: string;
  /** Base URLs, ending in a slash, that have each file as `<its name>.gz`. */
  readonly mirrors: readonly string[];
  /** What its files are called; as those of MNIST unless given. */
  readonly naming?: IdxNaming;
  /** SHA-256 of the uncompressed bytes, or of the gzip files: see `checks`. */
  readonly sha256: Readonly<Record<IdxRole, string>>;
  /** Number of the uncompressed bytes. */
  readonly bytes: Readonly<Record<IdxRole, number>>;
  readonly checks?: DownloadFile["checks"];
  /** What its files mean where they do not mean what those of MNIST do. */
  readonly interpret?: (images: IdxImages) => IdxImages;
  /** What else helps where files are missing: `set dataset.source: bundled`. */
  readonly otherwise?: string;
}

/** The sizes of the files of so many images of 28x28. */
export function bytesOf28x28(train: number, test: number): PinnedSet["bytes"] {
  return {
    "train-images": 16 + train * 28 * 28,
    "train-labels": 8 + train,
    "t10k-images": 16 + test * 28 * 28,
    "t10k-labels": 8 + test,
  };
}

/** Those of MNIST and what follows it. */
export const MNIST_BYTES = bytesOf28x28(60_000, 10_000);

/** The names under which a file of the set is looked for. What is known by its gzip file has to be that. */
function namesOf({ naming = standardName, checks }: Pick<PinnedSet, "naming" | "checks">, role: IdxRole) {
  if (checks === "file") return [`${naming(role)}.gz`];
  return spellings(role);
}

/** The files, or the text that says where none of them is. */
export type FoundFiles =
  | { readonly complete: true; readonly files: IdxFiles }
  | { readonly complete: false; readonly nothing: string };

/** Looks for the files in the data folders. Some of them without the others are a mistake, and an error. */
export async function findPinned(set: PinnedSet, context: LoadContext): Promise<FoundFiles> {
  const searched: string[] = [];
  for (const dataFolder of await existingDataFolders(context.dataDir)) {
    const names = (role: IdxRole) => namesOf(set, role);
    const folder = await datasetFolder(dataFolder, set.name, idxRoleNames.flatMap(names));
    const files = await findIdxFiles(folder, names);
    if (isComplete(files)) return { complete: true, files };
    const missing = missingFiles(files, set.naming);
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
  await checkFiles(set, files, images.sources);
  const { name, resultName = name, interpret = (read: IdxImages) => read } = set;
  return idxDataset(resultName, interpret(images), options);
}

async function checkFiles(set: PinnedSet, files: IdxFiles, sources: readonly Source[]): Promise<void> {
  const { naming = standardName, checks } = set;
  for (const role of idxRoleNames) {
    const expected = set.sha256[role];
    const got =
      checks === "file"
        ? sha256(await readFile(files[role]))
        : sources.find(({ file }) => file === files[role])?.sha256;
    if (got !== expected) {
      throw inputError(
        `${files[role]} is not ${set.title}'s ${naming(role)}: expected SHA-256 ${expected}, got ${got}.`,
        { hint: "For other data in this format set dataset: { name: idx, path: FOLDER }" },
      );
    }
  }
}

/** What `data fetch` needs of the set. */
export function pinnedDownload(
  set: Pick<PinnedSet, "mirrors" | "sha256" | "bytes" | "naming" | "checks">,
): Download {
  const { mirrors, naming = standardName, checks, bytes } = set;
  const files = idxRoleNames.map((role) => ({
    name: `${naming(role)}.gz`,
    spellings: namesOf(set, role),
    sha256: set.sha256[role],
    bytes: bytes[role],
    ...(checks === undefined ? {} : { checks }),
  }));
  return { mirrors, files };
}
