import { inputError } from "../../../foundations/errors.ts";
import { quote } from "../../../foundations/quote.ts";
import { didYouMean } from "../../../foundations/suggest.ts";
import { isNumber } from "./numbers.ts";

/** The names of a file's columns, from left to right. */
export interface Header {
  readonly file: string;
  readonly names: readonly string[];
}

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
  for (const [i, name] of cells.entries()) {
    if (name === "") {
      throw inputError(`${at}: column ${i + 1} has no name.`, {
        hint: "pandas writes such a column for its index: leave it out with to_csv(FILE, index=False).",
      });
    }
    const first = cells.indexOf(name);
    if (first < i) {
      throw inputError(`${at}: columns ${first + 1} and ${i + 1} are both named ${quote(name)}.`);
    }
  }
  return { file, names: cells };
}

/** The place of a column. Throws a PruneLabError of kind `input` that names the option when there is none of this name. */
export function placeOf(name: string, { file, names }: Header, option: string): number {
  const place = names.indexOf(name);
  if (place >= 0) return place;
  const other = Object.entries(OTHER_DELIMITERS).find(
    ([sign]) => names.length === 1 && names[0]?.includes(sign),
  );
  throw inputError(
    `${option}: ${file} has no column ${quote(name)}.${didYouMean(name, names)} ${listed(names)}`,
    other === undefined
      ? {}
      : { hint: `Its cells seem to be separated otherwise: set dataset.delimiter: ${other[1]}` },
  );
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).map(quote).join(", ");
  const more = names.length > 10 ? ` and ${names.length - 10} more` : "";
  return `Its columns are ${shown}${more}.`;
}
