import * as yaml from "yaml";
import { inputError } from "../foundations/errors.ts";
import { excerpt, firstOf, quote } from "../foundations/quote.ts";
import { spaceHint } from "./hints.ts";
import { parseYaml, YamlProblem, yamlData } from "./yaml.ts";

/** A config file's content, with the lines that its parts stand on. */
export interface ConfigSource {
  readonly file: string;
  /** The mapping, as plain data. */
  readonly value: unknown;
  /** How many keys of `path` the file has, and the line (from 1) of the last of them; line 0 for none. */
  locate(path: readonly PropertyKey[]): { readonly depth: number; readonly line: number };
  /**
   * Where a place within a text stands, `at` characters from its beginning; line and column from 1. Undefined where the file
   * writes the text otherwise than it is read: folded, or with escapes.
   */
  locateWithin(path: readonly PropertyKey[], at: number): TextPlace | undefined;
}

export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** What a file is, for messages. */
export interface SourceKind {
  /** `a config` */
  readonly noun: string;
  /** What helps when the file is empty. */
  readonly hint: string;
}

const CONFIG: SourceKind = { noun: "a config", hint: "Write a starter config: prune-lab init" };

/**
 * Reads one YAML document. Throws an input error that names file and line for syntax errors, duplicate keys,
 * several documents, an empty file, and anything but a mapping.
 */
export function parseConfigSource(text: string, file: string, kind: SourceKind = CONFIG): ConfigSource {
  const lines = new yaml.LineCounter();
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const documents = inWords(file, lineAt, () => parseYaml(text, lines));

  const problems = [...documents].flatMap((document) => [...document.errors, ...document.warnings]);
  if (problems.length > 0) {
    const texts = problems.map((problem) => `${file}:${lineAt(problem.pos[0])}: ${describe(problem, text)}`);
    throw inputError(firstOf(texts).join("\n"));
  }
  const [document, second] = documents;
  if (second !== undefined) {
    const line = lineAt(second.range[0]);
    throw inputError(
      `${file}:${line}: a second YAML document begins here; ${kind.noun} is a single document.`,
    );
  }
  const contents = document?.contents ?? null;
  if (document === undefined || contents === null) {
    throw inputError(`${file}: the file is empty.`, { hint: kind.hint });
  }
  if (!yaml.isMap(contents)) {
    const found = yaml.isSeq(contents)
      ? "a list"
      : `the single value ${excerpt(JSON.stringify(contents.toJSON()) ?? "")}`;
    const plain = yaml.isScalar(contents) ? String(contents.value) : "";
    const missingSpace = /^[\w.]+:\S/.test(plain) ? spaceHint(excerpt(plain)) : "";
    throw inputError(
      `${file}:${lineAt(contents.range[0])}: ${kind.noun} is a mapping of keys to values, and this is ${found}.${missingSpace}`,
    );
  }
  return {
    file,
    value: inWords(file, lineAt, () => yamlData(document)),
    locate: (path) => {
      const offsets = offsetsAlong(document, path);
      const last = offsets.at(-1);
      return { depth: offsets.length, line: last === undefined ? 0 : lineAt(last) };
    },
    locateWithin: (path, at) => {
      const node = document.getIn(path, true);
      if (!yaml.isScalar(node) || typeof node.value !== "string" || node.range == null) return undefined;
      const [start, end] = node.range;
      const begins = text.slice(start, end).indexOf(node.value);
      if (begins === -1) return undefined;
      const { line, col } = lines.linePos(start + begins + at);
      return { line, column: col };
    },
  };
}

/** What the work gives; a problem with the YAML becomes an input error that names the line. */
function inWords<T>(file: string, lineAt: (offset: number) => number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    const line = error.offset === undefined ? "" : `:${lineAt(error.offset)}`;
    throw inputError(`${file}${line}: ${error.message}`, { cause: error });
  }
}

function describe(problem: yaml.YAMLParseError | yaml.YAMLWarning, text: string): string {
  if (problem.code === "DUPLICATE_KEY") {
    const key = /^[^\s:]*/.exec(text.slice(problem.pos[0]))?.[0] ?? "";
    return `the key ${quote(key)} appears twice.`;
  }
  return `not valid YAML: ${excerpt(problem.message, 200)}`;
}

/** Where each key of `path` stands in the text, as far as the document has it. */
function offsetsAlong(document: yaml.Document, path: readonly PropertyKey[]): number[] {
  const offsets: number[] = [];
  let node: unknown = document.contents;
  for (const key of path) {
    if (yaml.isAlias(node)) node = node.resolve(document);
    let place: unknown;
    if (yaml.isMap(node)) {
      const pair = node.items.find(
        (item) => yaml.isScalar(item.key) && String(item.key.value) === String(key),
      );
      place = pair?.key;
      node = pair?.value;
    } else if (yaml.isSeq(node)) {
      node = node.items[Number(key)];
      place = node;
    }
    const offset = yaml.isNode(place) ? place.range?.[0] : undefined;
    if (offset === undefined) break;
    offsets.push(offset);
  }
  return offsets;
}
