import type { Source } from "../dataset.ts";
import { placeOf } from "../formats/csv/header.ts";
import { readCsv } from "../formats/csv/read.ts";
import { checkUtf8 } from "./utf8.ts";

/** Texts with their labels, as their source has them. */
export interface Sentences {
  readonly sources: readonly Source[];
  readonly texts: readonly string[];
  readonly labels: readonly string[];
  /** Where a text stands, for messages: `dev.tsv, line 7`. */
  readonly place: (row: number) => string;
}

/** What the columns of a file are called. */
export interface SentenceColumns {
  readonly sentence: string;
  readonly label: string;
}

/**
 * Reads a file with a header: tabs between the cells, and no quotes, where its name ends in .tsv (as GLUE has it), else CSV.
 * Throws a PruneLabError of kind `input` with file and line for what is no such file, not UTF-8, or has an empty cell.
 */
export async function readSentences(file: string, columns: SentenceColumns): Promise<Sentences> {
  const tabs = isTsv(file);
  const otherwise = (sign: string) =>
    tabs || sign !== '"\\t"'
      ? "texts are read with commas between the cells, or with tabs from a file named .tsv"
      : "name it .tsv";
  const { header, sha256, lines, texts } = await readCsv(
    file,
    tabs ? "\t" : ",",
    (found) => ({
      numbers: [],
      texts: (["sentence", "label"] as const).map((column) =>
        placeOf(columns[column], found, `dataset.columns.${column}`, otherwise),
      ),
    }),
    { quoted: !tabs, check: (content) => checkUtf8(content, file) },
  );
  const [sentences = [], labels = []] = texts;
  return {
    sources: [{ file: header.file, sha256 }],
    texts: sentences,
    labels,
    place: (row) => `${file}, line ${lines[row]}`,
  };
}

/** By its name, compressed or not. */
export function isTsv(file: string): boolean {
  return /\.tsv(\.gz)?$/i.test(file);
}
