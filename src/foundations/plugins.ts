import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { inputError, systemErrorCode } from "./errors.ts";
import { sha256 } from "./hash.ts";
import { didYouMean } from "./suggest.ts";

/** A plugin: an ESM file whose default export brings members of registries. */
export interface PluginReference {
  /** Absolute. */
  readonly file: string;
  /** Of the file's content: part of the identity of every run that a member of it shapes. */
  readonly sha256: string;
}

export interface LoadedPlugin extends PluginReference {
  /** `criterion lamp`: what it registered. */
  readonly members: readonly string[];
}

/** What may stand in a plugin under one key, and where it goes. */
export interface PluginKind {
  /** `criterion` */
  readonly kind: string;
  readonly add: (entry: never, origin: string) => void;
  /** The fields of an entry beside `name` and `summary`: what each must be. A name that ends in `?` may be left out. */
  readonly fields: Readonly<Record<string, FieldType>>;
}

/** `options` is a zod object, an empty one unless given. */
type FieldType = "function" | "list" | "mapping" | "text" | "options" | "any";

const loaded = new Map<string, LoadedPlugin>();

/**
 * Imports a plugin and registers what it brings; a file that this process has loaded already is not loaded again.
 * Its default export maps keys of `kinds` to lists of entries, or is a function that is called with `tools` and gives
 * such a mapping. Keys in `elsewhere` are legal, and of no concern here.
 *
 * Throws a PruneLabError of kind `input` that says what was expected: for a file that cannot be imported, another
 * export, entries that lack something, names that are taken.
 */
export async function loadPlugin(
  given: string,
  kinds: Readonly<Record<string, PluginKind>>,
  { tools, elsewhere = [] }: { readonly tools: object; readonly elsewhere?: readonly string[] },
): Promise<LoadedPlugin> {
  const file = path.resolve(given);
  const origin = sha256(await readPlugin(file, given));
  const known = loaded.get(file);
  if (known?.sha256 === origin) return known;
  if (known !== undefined) throw inputError(`${given}: it changed after it was loaded.`, RUN_AGAIN);
  const exported = await importPlugin(file, given, tools);
  const members: string[] = [];
  const entries = entriesOf(exported, given, [...Object.keys(kinds), ...elsewhere]).map((found) => {
    const kind = kinds[found.key];
    return (
      kind && { kind, entry: completeEntry(found.value, kind, `${given}: ${found.key}[${found.index}]`) }
    );
  });
  // Nothing is registered when one of them is wrong.
  for (const found of entries) {
    if (found === undefined) continue;
    found.kind.add(found.entry as never, origin);
    members.push(`${found.kind.kind} ${found.entry.name}`);
  }
  const plugin = { file, sha256: origin, members };
  loaded.set(file, plugin);
  return plugin;
}

/** What this process has loaded, in order. */
export function loadedPlugins(): readonly LoadedPlugin[] {
  return [...loaded.values()];
}

const RUN_AGAIN = { hint: "Run the command again." };

async function readPlugin(file: string, given: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw inputError(`--plugin ${given}: the file cannot be read (${systemErrorCode(error) ?? error}).`, {
      cause: error,
    });
  }
}

async function importPlugin(file: string, given: string, tools: object): Promise<unknown> {
  try {
    const { default: exported }: { default?: unknown } = await import(pathToFileURL(file).href);
    return typeof exported === "function" ? await exported(tools) : exported;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw inputError(`${given} cannot be loaded: ${reason}`, {
      hint: 'A plugin is an ES module: a file that ends in .mjs, or .js beside a package.json with "type": "module".',
      cause: error,
    });
  }
}

function entriesOf(exported: unknown, given: string, keys: readonly string[]) {
  const expected = `its default export must be a mapping, or a function that gives one, with lists under ${keys.join(", ")}`;
  if (!isMapping(exported)) throw inputError(`${given}: ${expected}.`);
  const entries = Object.entries(exported);
  if (entries.length === 0) throw inputError(`${given} brings nothing: ${expected}.`);
  return entries.flatMap(([key, list]) => {
    if (!keys.includes(key)) {
      throw inputError(
        `${given}: '${key}' is nothing that a plugin brings.${didYouMean(key, keys)} Keys: ${keys.join(", ")}.`,
      );
    }
    if (!Array.isArray(list)) throw inputError(`${given}: ${key} must be a list of entries.`);
    return list.map((value: unknown, index) => ({ key, index, value }));
  });
}

type CompleteEntry = Readonly<Record<string, unknown>> & { readonly name: string };

/** Checks an entry field by field. */
function completeEntry(value: unknown, { kind, fields }: PluginKind, where: string): CompleteEntry {
  if (!isMapping(value)) throw inputError(`${where} must be a ${kind}: { name, summary, ... }.`);
  const all: Readonly<Record<string, FieldType>> = { name: "text", summary: "text", ...fields };
  const entry: Record<string, unknown> = { ...value };
  for (const [key, type] of Object.entries(all)) {
    const name = key.replace(/\?$/, "");
    if (entry[name] === undefined && type === "options") entry[name] = z.strictObject({});
    if (entry[name] === undefined && name !== key) continue;
    if (!isOfType(entry[name], type)) {
      throw inputError(
        `${where}.${name} must be ${DESCRIPTIONS[type]}: a ${kind} has ${Object.keys(all).join(", ")}.`,
      );
    }
  }
  return entry as CompleteEntry;
}

const DESCRIPTIONS: Readonly<Record<FieldType, string>> = {
  function: "a function",
  list: "a list",
  mapping: "a mapping",
  text: "a text",
  options: "a zod object (z.strictObject({ ... }))",
  any: "given",
};

function isOfType(value: unknown, type: FieldType): boolean {
  switch (type) {
    case "function":
      return typeof value === "function";
    case "list":
      return Array.isArray(value);
    case "mapping":
      return isMapping(value);
    case "text":
      return typeof value === "string" && value !== "";
    case "options":
      return isMapping(value) && isMapping(value.shape) && typeof value.parse === "function";
    case "any":
      return value !== undefined;
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
