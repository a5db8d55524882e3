import path from "node:path";
import { dataFolders, datasetFolder } from "../datasets/data-folder.ts";
import { type FetchOptions, type FetchResult, fetchFiles } from "../datasets/fetch.ts";
import { datasets } from "../datasets/registry.ts";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { checkpoints } from "../models/pretrained/published.ts";

/** What can be downloaded, of what is registered now: datasets, then trained networks. */
export function fetchableNames(): readonly string[] {
  const fetched = datasets.list().filter(({ download }) => download !== undefined);
  return [...fetched, ...checkpoints.list()].map(({ name }) => name);
}

/**
 * Makes the files of a dataset or of a published network present and verified in the data folder (`--data-dir`,
 * PRUNE_LAB_DATA or `data`). `mirror` replaces its own list. Throws a PruneLabError of kind `input` for an unknown name or an
 * unusable mirror, and as `fetchFiles` does.
 */
export async function fetchNamed(
  name: string,
  {
    dataDir,
    mirror,
    ...options
  }: FetchOptions & { dataDir?: string | undefined; mirror?: string | undefined },
): Promise<FetchResult> {
  const [dataFolder] = dataFolders(dataDir);
  const checkpoint = checkpoints.find(name)?.download;
  const download = datasets.find(name)?.download ?? checkpoint;
  if (download === undefined) {
    const names = fetchableNames();
    throw inputError(
      `There is nothing to fetch under the name ${quote(name)}. Available: ${names.join(", ")}.${didYouMean(name, names)}`,
    );
  }
  const mirrors = mirror === undefined ? download.mirrors : [baseUrl(mirror)];
  const fileNames = download.files.flatMap(({ spellings }) => spellings);
  // Every network has a config.json: only a folder of its own tells it from another.
  const folder =
    download === checkpoint ? path.join(dataFolder, name) : await datasetFolder(dataFolder, name, fileNames);
  return fetchFiles({ ...download, mirrors }, folder, options);
}

/** A mirror's URL with its final slash. */
function baseUrl(mirror: string): string {
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw inputError(`--mirror is ${quote(mirror)}, expected a URL such as https://example.org/mnist/.`);
  }
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}
