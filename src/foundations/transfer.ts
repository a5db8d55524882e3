import { constants } from "node:fs";
import { type FileHandle, lstat, open, rm } from "node:fs/promises";
import { quote } from "./quote.ts";

/** Bytes of a file that are here, and how many it will have if the server said so. */
export interface TransferProgress {
  readonly receivedBytes: number;
  readonly totalBytes: number | undefined;
}

export interface TransferOptions {
  /** How long the server may stay silent, before its answer or within it. */
  readonly stallSeconds: number;
  readonly onProgress: (progress: TransferProgress) => void;
  /** The most bytes that the file may have: an answer that is longer is broken off. */
  readonly mostBytes: number;
  /** Aborting ends the attempt; what has come is kept. */
  readonly signal?: AbortSignal;
}

export type TransferOutcome =
  /** `resumed`: the first bytes are those of an earlier attempt. */
  | { readonly complete: true; readonly resumed: boolean }
  /** `retry`: asking the same server again gets further. */
  | { readonly complete: false; readonly reason: string; readonly retry: boolean };

/**
 * One attempt to download `url` into the file `part`: behind the bytes that are there if the server can,
 * else from the start. Problems of the network are an outcome; those of the local disk are thrown.
 */
export async function transfer(
  url: string,
  part: string,
  options: TransferOptions,
): Promise<TransferOutcome> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), options.stallSeconds * 1000);
  const file = await openPart(part);
  let start = 0;
  let receivedBytes = 0;
  try {
    const present = (await file.stat()).size;
    const signals = options.signal === undefined ? [] : [options.signal];
    const response = await network(request(url, present, AbortSignal.any([silence.signal, ...signals])));
    if (response.status === 416) {
      await file.truncate(0);
      return { complete: false, reason: "the server has fewer bytes than were here", retry: true };
    }
    const refusal = refusalOf(response, present);
    if (refusal !== undefined) return { complete: false, reason: refusal, retry: false };
    if (response.status === 206) start = present;
    else await file.truncate(0);
    const length = response.headers.get("content-length");
    const totalBytes = length === null ? undefined : start + Number(length);
    if ((totalBytes ?? 0) > options.mostBytes) return await tooLong(file, options);
    const reader = response.body?.getReader();
    for (;;) {
      const chunk: Uint8Array | undefined = (await network(reader?.read()))?.value;
      if (chunk === undefined) break;
      timer.refresh();
      if (start + receivedBytes + chunk.length > options.mostBytes) return await tooLong(file, options);
      await writeAt(file, chunk, start + receivedBytes);
      receivedBytes += chunk.length;
      options.onProgress({ receivedBytes: start + receivedBytes, totalBytes });
    }
    await file.sync();
    return { complete: true, resumed: start > 0 };
  } catch (error) {
    if (!(error instanceof NetworkProblem)) throw error;
    const reason = silence.signal.aborted ? `silent for ${options.stallSeconds} seconds` : error.message;
    return { complete: false, reason, retry: receivedBytes > 0 };
  } finally {
    clearTimeout(timer);
    silence.abort();
    await file.close();
  }
}

/** A part that is too long cannot be continued. */
async function tooLong(file: FileHandle, { mostBytes }: TransferOptions): Promise<TransferOutcome> {
  await file.truncate(0);
  return {
    complete: false,
    reason: `the answer is longer than the ${mostBytes} bytes that the file can have`,
    retry: false,
  };
}

/** Opens what an earlier attempt left, or a new file. What is no plain file of this name alone is not written through. */
async function openPart(part: string): Promise<FileHandle> {
  const found = await lstat(part).catch(() => undefined);
  if (found !== undefined && (!found.isFile() || found.nlink > 1)) await rm(part);
  return open(part, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0));
}

function request(url: string, present: number, signal: AbortSignal): Promise<Response> {
  // identity: an answer that fetch decodes on the way could not be continued at a byte of the file.
  const headers = { "accept-encoding": "identity", ...(present > 0 && { range: `bytes=${present}-` }) };
  return fetch(url, { signal, headers });
}

/** Why the answer is of no use, or undefined when it is the file or the wanted rest of it. */
function refusalOf({ status, headers }: Response, present: number): string | undefined {
  if (status !== 200 && status !== 206) return `HTTP status ${status}`;
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity")
    return `sent with content-encoding ${encoding}, although identity was asked for`;
  const range = headers.get("content-range") ?? "";
  if (status === 206 && !range.startsWith(`bytes ${present}-`)) {
    return `asked for the bytes from ${present}, got ${quote(range)}`;
  }
  return undefined;
}

async function writeAt(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

class NetworkProblem extends Error {}

async function network<T>(work: T | Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // fetch says "fetch failed" and has the reason in its cause.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new NetworkProblem(cause instanceof Error ? cause.message || cause.name : String(cause));
  }
}
