import { createHash } from "node:crypto";
import { readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { createFolder } from "../foundations/create-folder.ts";
import { failure, inputError, PruneLabError, systemErrorCode } from "../foundations/errors.ts";
import type { Notify } from "../foundations/notices.ts";
import { type TransferProgress, transfer } from "../foundations/transfer.ts";
import { findFile } from "./data-folder.ts";
import type { Download, DownloadFile } from "./dataset.ts";
import { MOST_BYTES, uncompressedChunks } from "./uncompressed.ts";

export interface FetchOptions {
  /** Downloads again and replaces what is there. */
  readonly force: boolean;
  readonly onProgress: (file: string, progress: TransferProgress) => void;
  readonly notify: Notify;
  /** How long a server may stay silent; default 30. */
  readonly stallSeconds?: number;
}

export interface FetchResult {
  readonly folder: string;
  /** File names; what is not among them was there and right. */
  readonly downloaded: readonly string[];
}

/**
 * Makes files present and verified in a folder. Throws a PruneLabError of kind `input` for an unusable folder, or other data
 * under the files' names; of kind `failure` when no mirror has the files.
 */
export async function fetchFiles(
  { mirrors, files, terms }: Download,
  folder: string,
  options: FetchOptions,
): Promise<FetchResult> {
  try {
    await createFolder(folder);
    const downloaded: string[] = [];
    for (const { name, spellings, ...content } of files) {
      const existing = await findFile(folder, spellings);
      if (existing !== undefined && !options.force) {
        await requireContent(existing, content);
        continue;
      }
      if (terms !== undefined && downloaded.length === 0) options.notify(terms);
      const part = path.join(folder, `${name}.part`);
      if (options.force) await rm(part, { force: true });
      const urls = mirrors.map((mirror) => mirror + name);
      await downloadVerified(urls, part, content, options);
      await rename(part, path.join(folder, name));
      // Under --force: a copy under another spelling would be found before this one.
      for (const other of spellings.filter((spelling) => spelling !== name)) {
        await rm(path.join(folder, other), { force: true });
      }
      downloaded.push(name);
    }
    return { folder, downloaded };
  } catch (error) {
    if (!(error instanceof Error) || systemErrorCode(error) === undefined) throw error;
    throw inputError(`Cannot write to ${folder}: ${error.message}.`, { cause: error });
  }
}

/** How often one server is asked for one file; every further time continues where the last one broke off. */
const attemptsPerMirror = 5;

/** Downloads into `part` from the first server that gives the right content. Keeps an incomplete `part`. */
async function downloadVerified(
  urls: readonly string[],
  part: string,
  expected: Content,
  { onProgress, notify, stallSeconds = 30 }: FetchOptions,
): Promise<void> {
  const name = path.basename(part, ".part");
  const problems: string[] = [];
  for (const url of urls) {
    notify(`Downloading ${url}`);
    let problem = "";
    for (let attempt = 1, again = true; again && attempt <= attemptsPerMirror; attempt++) {
      const outcome = await transfer(url, part, {
        stallSeconds,
        mostBytes: mostCompressed(expected),
        onProgress: (progress) => onProgress(name, progress),
      });
      if (outcome.complete) {
        const wrong = await contentProblem(part, expected);
        if (wrong === undefined) return;
        await rm(part);
        problem = wrong;
        // The first bytes may have come from a mirror with a differently compressed copy.
        again = outcome.resumed;
      } else {
        problem = outcome.reason;
        again = outcome.retry;
      }
    }
    notify(`${url}: ${problem}`);
    problems.push(`${url}: ${problem}`);
  }
  throw failure(`Could not download ${name}.\n  ${problems.join("\n  ")}`, {
    hint: `Run the command again to continue, name another server with --mirror, or put the file into ${path.dirname(part)} yourself. Behind a proxy set NODE_USE_ENV_PROXY=1 (Node 22.21 or newer).`,
  });
}

async function requireContent(file: string, expected: Content): Promise<void> {
  const problem = await contentProblem(file, expected);
  if (problem !== undefined) {
    throw inputError(`${file} is there, but is not the published file: ${problem}.`, {
      hint: "Choose another folder with --data-dir, or replace it with --force",
    });
  }
}

/** What is known of a file's uncompressed content. */
type Content = Pick<DownloadFile, "sha256" | "bytes" | "checks">;

/** What is wrong with a file, or undefined. Unpacks no more than there must be. */
async function contentProblem(
  file: string,
  { sha256: expected, bytes: most = MOST_BYTES, checks = "content" }: Content,
): Promise<string | undefined> {
  const hash = createHash("sha256");
  const hashesContent = checks === "content";
  let bytes = 0;
  try {
    for await (const chunk of uncompressedChunks(file)) {
      bytes += chunk.length;
      if (bytes > most) return `wrong content: more than the ${most} bytes that it must have`;
      if (hashesContent) hash.update(chunk);
    }
    if (!hashesContent) hash.update(await readFile(file));
  } catch (error) {
    if (error instanceof PruneLabError) return "a damaged or incomplete gzip file";
    throw error;
  }
  const got = hash.digest("hex");
  return got === expected ? undefined : `wrong ${checks}: expected SHA-256 ${expected}, got ${got}`;
}

/** The most bytes of a gzip file of this content: what cannot be compressed grows by less than this. */
function mostCompressed({ bytes = MOST_BYTES }: Content): number {
  return Math.ceil(bytes * 1.001) + 2 ** 16;
}
