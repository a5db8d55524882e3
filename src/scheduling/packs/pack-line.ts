import { sha256 } from "../../foundations/hash.ts";

/**
 * A pack is a text file of lines, `<kind> <id> <sha256> <JSON>`: one for each run that is stored in it, and before it one
 * for a value that several runs share. Each line begins and ends with a line feed, so that one that was cut off, by a kill
 * or a full disk, spoils no other; empty lines say nothing. What a line says of itself is its index: readers find runs
 * without parsing what they hold.
 */
export type LineKind = "run1" | "value1";

const HASH_DIGITS = 64;
const LINE_FEED = 0x0a;
const SPACE = 0x20;

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

/** Its texts are copies: ids are kept, and a part of a longer text keeps all of it. */
function headerOf(line: Buffer) {
  const kindEnd = line.indexOf(SPACE);
  const idEnd = line.indexOf(SPACE, kindEnd + 1);
  const end = idEnd + 1 + HASH_DIGITS;
  if (kindEnd === -1 || idEnd === -1 || line[end] !== SPACE) return undefined;
  const kind = line.toString("latin1", 0, kindEnd);
  if (kind !== "run1" && kind !== "value1") return undefined;
  const id = line.toString("latin1", kindEnd + 1, idEnd);
  return { kind, id, checksum: line.toString("latin1", idEnd + 1, end), length: end + 1 } as const;
}
