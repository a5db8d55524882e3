import { readFile } from "node:fs/promises";
import { flowYaml } from "../config/flow-yaml.ts";
import { parseConfigSource, type SourceKind } from "../config/source.ts";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { excerpt, quote } from "../foundations/quote.ts";

/** One cell of a matrix: overrides, and what is added to the name of each study. */
export interface MatrixCell {
  readonly suffix: string;
  readonly set: readonly string[];
}

/** The most combinations of a matrix, each a sweep of its own. */
const MOST_CELLS = 1000;

/** What cannot stand in a study's name, which names a folder. */
const NOT_IN_NAMES = /[^A-Za-z0-9._-]+/g;

const MATRIX: SourceKind = {
  noun: "a matrix",
  hint: "A matrix gives the values to try, by path: train.batchSize: [32, 64]",
};

/**
 * Reads a matrix file: a mapping of override paths to lists of values, or to mappings of a name to a value. Its
 * cells are the cartesian product, the last path varying fastest. The suffix of a cell joins the names of its
 * values: `-adam-64`.
 *
 *     train.optimizer: { adam: { name: adam }, sgd: { name: sgd, momentum: 0.9 } }
 *     train.batchSize: [32, 64]
 */
export async function readMatrix(file: string): Promise<readonly MatrixCell[]> {
  const source = parseConfigSource(await readText(file), file, MATRIX);
  if (Object.keys(source.value as object).length === 0) {
    throw inputError(`${file}: the matrix has no paths.`, { hint: MATRIX.hint });
  }
  let cells: readonly MatrixCell[] = [{ suffix: "", set: [] }];
  for (const [path, given] of Object.entries(source.value as Record<string, unknown>)) {
    const where = `${file}:${source.locate([path]).line}: ${excerpt(path)}`;
    const values = namedValues(given, where);
    if (cells.length * values.length > MOST_CELLS) {
      throw inputError(
        `${where}: with this the matrix has ${cells.length * values.length} combinations or more; at most ${MOST_CELLS} are run.`,
      );
    }
    cells = cells.flatMap((cell) =>
      values.map(({ name, value }) => ({
        suffix: `${cell.suffix}-${name}`,
        set: [...cell.set, `${path}=${flowYaml(value)}`],
      })),
    );
  }
  return cells;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw inputError(`${file}: cannot be read (${systemErrorCode(error) ?? error}).`, { cause: error });
  }
}

function namedValues(given: unknown, where: string): { readonly name: string; readonly value: unknown }[] {
  const named = Array.isArray(given)
    ? given.map((value) => ({ name: nameOf(value, where), value: value as unknown }))
    : typeof given === "object" && given !== null
      ? Object.entries(given).map(([name, value]) => ({ name: usable(name), value: value as unknown }))
      : undefined;
  if (named === undefined || named.length === 0) {
    throw inputError(
      `${where}: a list of values, such as [32, 64], or a mapping of names to values is needed.`,
    );
  }
  const seen = new Set<string>();
  const twice = named.find(({ name }) => seen.size === seen.add(name).size);
  if (twice !== undefined) {
    throw inputError(
      `${where}: two values are named ${quote(twice.name)}; name them: { first: ..., second: ... }.`,
    );
  }
  return named;
}

/** A plain value names itself; a list or mapping that is one of several needs a name of its own. */
function nameOf(value: unknown, where: string): string {
  if (typeof value === "object" && value !== null) {
    throw inputError(
      `${where}: ${excerpt(flowYaml(value))} cannot name a folder; name the values: { first: ${excerpt(flowYaml(value))}, ... }.`,
    );
  }
  return usable(String(value));
}

function usable(name: string): string {
  return name.replaceAll(NOT_IN_NAMES, "_");
}
