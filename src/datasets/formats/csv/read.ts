import { eachRecord } from "../../../foundations/csv-records.ts";
import { inputError, type PruneLabError } from "../../../foundations/errors.ts";
import { sha256 } from "../../../foundations/hash.ts";
import { quote } from "../../../foundations/quote.ts";
import { readWhole } from "../../uncompressed.ts";
import { type Header, headerOf } from "./header.ts";
import { numberFault } from "./numbers.ts";

/** The most bytes of a file, uncompressed, and the most numbers of it: all of it is in memory for a while. */
const MOST_BYTES = 2 ** 28;
const MOST_NUMBERS = 2 ** 26;

/** The places of the columns that are read: blocks of numbers, each of which becomes a matrix, and texts. */
export interface Reading {
  readonly numbers: readonly (readonly number[])[];
  readonly texts: readonly number[];
}

export interface CsvTable {
  readonly header: Header;
  /** Of the uncompressed bytes. */
  readonly sha256: string;
  /** The line of the file that each row ends on, from 1. */
  readonly lines: readonly number[];
  /** Each block's numbers, [rows, columns], row-major. */
  readonly numbers: readonly (readonly number[])[];
  /** The cells of each column of texts. */
  readonly texts: readonly (readonly string[])[];
}

/**
 * Reads columns of a plain or gzip CSV file that begins with a header; `choose` says which, once the header is known. Throws
 * a PruneLabError of kind `input` with file, line and column where there is no header, a row has more or fewer cells than it,
 * or a cell is empty, or no finite number where one is needed; and what `check` throws, which sees the bytes first.
 * `quoted: false`: a quotation mark is a character like any other.
 */
export async function readCsv(
  file: string,
  delimiter: string,
  choose: (header: Header) => Reading,
  {
    quoted = true,
    check = () => {},
  }: { readonly quoted?: boolean; readonly check?: (content: Uint8Array) => void } = {},
): Promise<CsvTable> {
  const content = await readWhole(file, MOST_BYTES);
  if (isBinary(content)) {
    throw inputError(`${file} is no text file.`, { hint: "Save a spreadsheet as CSV (UTF-8)." });
  }
  check(content);
  let header: Header | undefined;
  let reading: Reading = { numbers: [], texts: [] };
  let numbers: number[][] = [];
  let texts: string[][] = [];
  const lines: number[] = [];
  const read = (cells: readonly string[], line: number) => {
    if (header === undefined) {
      header = headerOf(cells, file);
      reading = choose(header);
      numbers = reading.numbers.map(() => []);
      texts = reading.texts.map(() => []);
      return;
    }
    const { length } = header.names;
    if (cells.length !== length) {
      throw inputError(
        `${file}, line ${line}: ${cells.length} cells instead of ${length}, as the header has.`,
      );
    }
    lines.push(line);
    for (const [block, places] of reading.numbers.entries()) {
      for (const place of places) {
        const cell = cells[place] ?? "";
        const fault = numberFault(cell);
        if (fault !== undefined) throw cellError(header, line, place, fault);
        numbers[block]?.push(Number(cell));
      }
    }
    for (const [i, place] of reading.texts.entries()) {
      const cell = cells[place] ?? "";
      if (cell === "") throw cellError(header, line, place, "is empty");
      texts[i]?.push(cell);
    }
    if (numbers.some((block) => block.length > MOST_NUMBERS)) {
      throw inputError(`${file} is too large: at most ${MOST_NUMBERS} numbers are read.`);
    }
  };
  eachRecord(content, file, read, { delimiter, trim: true, quoted });
  if (header === undefined) throw inputError(`${file} is empty.`);
  if (lines.length === 0) throw inputError(`${file}: no row follows the header.`);
  return { header, sha256: sha256(content), lines, numbers, texts };
}

/** What is wrong with one cell, and what else there is to say of it. */
export function cellError(
  { file, names }: Header,
  line: number,
  place: number,
  fault: string,
  more = "",
): PruneLabError {
  return inputError(`${file}, line ${line}: column ${place + 1} (${quote(names[place])}) ${fault}.${more}`);
}

/** Text has no zero bytes, unless it is UTF-16 (little-endian, as spreadsheets write it), which has a byte order mark. */
function isBinary(content: Uint8Array): boolean {
  const utf16 = content[0] === 0xff && content[1] === 0xfe;
  return !utf16 && content.subarray(0, 4096).includes(0);
}
