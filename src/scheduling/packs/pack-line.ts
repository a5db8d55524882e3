import { sha256 } from "../../foundations/hash.ts";

/**
 * A pack is a text file of lines, `<kind> <id> <sha256> <JSON>`: one for each run that is stored in it, and before it one
 * for a value that several runs share. Each line begins and ends with a line feed, so that one that was cut off, by a kill
 * or a full disk, spoils no other; empty lines say nothing. What a line says of itself is its index: readers find runs
 * without parsing what they hold.
 */
export type LineKind = "run1" | "value1";

const HASH_DIGITS = 64;
const MOST_HEADER_BYTES = 256;
const LINE_FEED = 0x0a;

export function packLine(kind: LineKind, id: string, json: string): string {
  return `\n${kind} ${id} ${checksum(kind, id, json)} ${json}\n`;
}

function checksum(kind: string, id: string, json: string): string {
  return sha256(`${kind} ${id} ${json}`);
}

/** What a line says that is as it was written; undefined for any other. */
export function parsePackLine(line: Buffer): unknown {
  const header = headerOf(line);
  if (header === undefined) return undefined;
  const json = line.toString("utf8", header.length);
  if (checksum(header.kind, header.id, json) !== header.checksum) return undefined;
  return JSON.parse(json);
}

/** A line of a pack, as its beginning tells. */
export interface FoundLine {
  readonly kind: LineKind;
  readonly id: string;
  /** Where it begins in `bytes`, and how long it is. */
  readonly offset: number;
  readonly length: number;
}

/** The complete lines in a stretch of a pack, and where the first begins that is not complete. */
export function findLines(bytes: Buffer): { readonly lines: readonly FoundLine[]; readonly end: number } {
  const lines: FoundLine[] = [];
  let offset = 0;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, offset)) {
    const length = end - offset;
    const header = length === 0 ? undefined : headerOf(bytes.subarray(offset, end));
    if (header !== undefined) lines.push({ kind: header.kind, id: header.id, offset, length });
    offset = end + 1;
  }
  return { lines, end: offset };
}

function headerOf(line: Buffer) {
  const [kind, id, checksum] = line.toString("latin1", 0, MOST_HEADER_BYTES).split(" ", 3);
  if ((kind !== "run1" && kind !== "value1") || id === undefined || checksum?.length !== HASH_DIGITS)
    return undefined;
  return { kind, id, checksum, length: kind.length + id.length + checksum.length + 3 } as const;
}
