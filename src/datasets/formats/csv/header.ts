import { inputError } from "../../../foundations/errors.ts";
import { quote } from "../../../foundations/quote.ts";
import { nearest } from "../../../foundations/suggest.ts";
import { isNumber } from "./numbers.ts";

/** The names of a file's columns, from left to right. */
export interface Header {
  readonly file: string;
  readonly names: readonly string[];
  /** Of each name, counted from 0. */
  readonly places: ReadonlyMap<string, number>;
}

/** More columns than a network is given as inputs, and a longer name than a config may give. */
const MOST_COLUMNS = 100_000;
const LONGEST_NAME = 1000;

/** Names that a message lists, and among which it looks for one that was meant. */
const MOST_LISTED = 5;
const MOST_SUGGESTED = 1000;

/** The separators that are looked for where a header seems to have one column alone. */
const OTHER_DELIMITERS = { ";": '";"', "\t": '"\\t"', "|": '"|"', ",": '","' };

/** Reads a first record as header. Throws a PruneLabError of kind `input` when it is none, or names two columns alike. */
export function headerOf(cells: readonly string[], file: string): Header {
  const at = `${file}, line 1`;
  if (cells.every(isNumber)) {
    throw inputError(`${at}: there is no header, only numbers.`, {
      hint: "Give the file a first line with a name for each column.",
    });
  }
  if (cells.length > MOST_COLUMNS) {
    throw inputError(`${at}: ${cells.length} columns; at most ${MOST_COLUMNS} are read.`);
  }
  const places = new Map<string, number>();
  for (const [i, name] of cells.entries()) {
    if (name === "") {
      throw inputError(`${at}: column ${i + 1} has no name.`, {
        hint: "pandas writes such a column for its index: leave it out with to_csv(FILE, index=False).",
      });
    }
    if (name.length > LONGEST_NAME) {
      throw inputError(`${at}: the name of column ${i + 1} has more than ${LONGEST_NAME} characters.`);
    }
    const first = places.get(name);
    if (first !== undefined) {
      throw inputError(`${at}: columns ${first + 1} and ${i + 1} are both named ${quote(name)}.`);
    }
    places.set(name, i);
  }
  return { file, names: cells, places };
}

/**
 * The place of a column. Throws a PruneLabError of kind `input` that names the option when there is none of this name, with
 * what to do where the cells seem to be separated by another sign, which is given in YAML.
 */
export function placeOf(
  name: string,
  { file, names, places }: Header,
  option: string,
  otherwise = (sign: string) => `set dataset.delimiter: ${sign}`,
): number {
  const place = places.get(name);
  if (place !== undefined) return place;
  const other = Object.entries(OTHER_DELIMITERS).find(
    ([sign]) => names.length === 1 && names[0]?.includes(sign),
  );
  const meant = nearest(name, names.slice(0, MOST_SUGGESTED));
  const suggestion = meant === undefined ? "" : ` Did you mean ${quote(meant)}?`;
  throw inputError(
    `${option}: ${file} has no column ${quote(name)}.${suggestion} Its columns are ${listed(names)}.`,
    other === undefined ? {} : { hint: `Its cells seem to be separated otherwise: ${otherwise(other[1])}` },
  );
}

/** The first of some names. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map(quote).join(", ");
  return names.length > MOST_LISTED ? `${shown} and ${names.length - MOST_LISTED} more` : shown;
}
