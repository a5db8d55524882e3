import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { failure } from "../../../foundations/errors.ts";
import type { Notify } from "../../../foundations/notices.ts";
import { type TransferProgress, transfer } from "../../../foundations/transfer.ts";
import { downloadWithPip, findWheel } from "./pip.ts";
import { sizeText, type Wheel } from "./wheels.ts";

export interface DownloadContext {
  readonly python: string;
  /** Where to look for the files oneself; undefined leaves all to pip. */
  readonly index: string | undefined;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly notify: Notify;
  readonly onProgress: (file: string, progress: TransferProgress) => void;
}

/** How often one file is asked for; every further time continues where the last one broke off. */
const ATTEMPTS = 5;

/**
 * Makes the wheel present and verified in the folder, continuing an earlier download, and gives its path. Throws a
 * PruneLabError of kind `failure` when it cannot be had.
 */
export async function downloadWheel(wheel: Wheel, context: DownloadContext): Promise<string> {
  const { python, index, folder, signal, notify } = context;
  const file = path.join(folder, `${wheel.name}-${wheel.version}.whl`);
  // A file gets its name when it is verified.
  if (await isThere(file, wheel)) return file;
  notify(`Downloading ${wheel.name} ${wheel.version} (${sizeText(wheel.bytes)}) ...`);
  const url = index === undefined ? undefined : await findWheel(index, wheel, signal);
  const problem =
    url === undefined
      ? "it is not found on pip's index from here"
      : await fetchFile(url, wheel, file, context);
  if (problem === undefined) return file;
  notify(`${wheel.name} ${wheel.version}: ${problem}. Leaving it to pip ...`);
  await downloadWithPip(python, wheel, file, signal);
  return file;
}

/** Gives what went wrong with the network, or undefined when the file is there. */
async function fetchFile(
  url: string,
  wheel: Wheel,
  file: string,
  { signal, onProgress }: DownloadContext,
): Promise<string | undefined> {
  const part = `${file}.part`;
  let problem = "";
  for (let attempt = 1, again = true; again && attempt <= ATTEMPTS; attempt++) {
    const complete = await isThere(part, wheel);
    const outcome = complete
      ? ({ complete: true, resumed: true } as const)
      : await transfer(url, part, {
          stallSeconds: 30,
          mostBytes: wheel.bytes,
          signal,
          onProgress: (progress) => onProgress(`${wheel.name} ${wheel.version}`, progress),
        });
    signal.throwIfAborted();
    if (outcome.complete) {
      const got = await sha256OfFile(part);
      if (got === wheel.sha256) {
        await rename(part, file);
        return undefined;
      }
      await rm(part);
      // The first bytes may have been another file's.
      if (!outcome.resumed) throw wrongContent(wheel, got);
      problem = "what was downloaded before does not fit";
    } else {
      problem = outcome.reason;
      again = outcome.retry;
    }
  }
  return problem;
}

async function isThere(file: string, wheel: Wheel): Promise<boolean> {
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  return size === wheel.bytes;
}

function wrongContent({ name, version, sha256 }: Wheel, got: string) {
  return failure(`${name} ${version} has the wrong content: expected SHA-256 ${sha256}, got ${got}.`, {
    hint: "The index that pip is set up to use (pip config list) gives another file. Nothing of it is kept.",
  });
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
