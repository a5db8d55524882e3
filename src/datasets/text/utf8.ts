import { isUtf8 } from "node:buffer";
import { inputError } from "../../foundations/errors.ts";
import { readWhole } from "../uncompressed.ts";

const NEWLINE = 0x0a;

/**
 * A plain or gzip file of at most `most` bytes, uncompressed, as text, without a byte order mark. Throws a PruneLabError of
 * kind `input` that names the line where it is not UTF-8.
 */
export async function readUtf8(file: string, most: number): Promise<string> {
  const content = await readWhole(file, most);
  checkUtf8(content, file);
  return new TextDecoder().decode(content);
}

/** Throws a PruneLabError of kind `input` that names the first line that is not UTF-8. */
export function checkUtf8(content: Uint8Array, file: string): void {
  if (isUtf8(content)) return;
  let line = 1;
  for (let start = 0; start < content.length; line++) {
    const end = content.indexOf(NEWLINE, start);
    const next = end < 0 ? content.length : end + 1;
    if (!isUtf8(content.subarray(start, next))) break;
    start = next;
  }
  throw inputError(`${file}, line ${line}: not UTF-8.`, { hint: "Save the file as UTF-8." });
}
