import { inputError } from "../../../foundations/errors.ts";
import { quote } from "../../../foundations/quote.ts";
import { type Header, listed, placeOf } from "./header.ts";

/** What a table's columns are for, by name. */
export interface ColumnNames {
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
  /** The column that says which part a row belongs to. */
  readonly part: string | undefined;
}

/** What the options of a table say of its columns. */
export interface ColumnOptions {
  readonly inputs: string | readonly string[] | null;
  readonly targets: string | readonly string[];
  readonly splitColumn: string | null;
}

/**
 * Which columns are inputs, targets and the split, by a header; inputs are all others unless they are named. Throws a
 * PruneLabError of kind `input` where one is missing, named twice or meant to be two things.
 */
export function columnNames(options: ColumnOptions, header: Header): ColumnNames {
  const targets = listOf(options.targets);
  const part = options.splitColumn ?? undefined;
  const reserved = new Set(part === undefined ? targets : [...targets, part]);
  const inputs =
    options.inputs === null ? header.names.filter((name) => !reserved.has(name)) : listOf(options.inputs);
  const used = new Map<string, string>();
  for (const [option, names] of [
    ["targets", targets],
    ["splitColumn", part === undefined ? [] : [part]],
    ["inputs", inputs],
  ] as const) {
    for (const name of names) {
      placeOf(name, header, `dataset.${option}`);
      const before = used.get(name);
      if (before === option) throw inputError(`dataset.${option} names the column ${quote(name)} twice.`);
      if (before !== undefined) {
        throw inputError(`dataset.${option} names the column ${quote(name)}, which is in dataset.${before}.`);
      }
      used.set(name, option);
    }
  }
  if (inputs.length === 0) {
    throw inputError(`${header.file} has no column but ${listed([...reserved])}: nothing is left as input.`);
  }
  return { inputs, targets, part };
}

function listOf(names: string | readonly string[]): readonly string[] {
  return typeof names === "string" ? [names] : names;
}
