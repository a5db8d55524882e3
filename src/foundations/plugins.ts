import { readFile, realpath } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { inputError, PruneLabError, systemErrorCode } from "./errors.ts";
import { sha256 } from "./hash.ts";
import { firstLine, isMapping, type PluginKind, type PluginMember, pluginMember } from "./plugin-member.ts";
import { quote } from "./quote.ts";
import { didYouMean } from "./suggest.ts";

/** A plugin: an ESM file whose default export brings members of registries. */
export interface PluginReference {
  /** Absolute, without symbolic links. */
  readonly file: string;
  /** Of the file's content: part of the identity of every run that a member of it shapes. */
  readonly sha256: string;
}

export interface LoadedPlugin extends PluginReference {
  /** `criterion lamp`: what it registered. */
  readonly members: readonly string[];
}

type Kinds = Readonly<Record<string, PluginKind>>;

const loaded = new Map<string, LoadedPlugin>();
let loading: Promise<unknown> = Promise.resolve();

/**
 * Imports a plugin and registers what it brings; a file that this process has loaded already is not loaded again.
 * Its default export maps keys of `kinds` to lists of entries, or is a function that is called with `tools` and gives
 * such a mapping. Keys in `elsewhere` are legal, and of no concern here.
 *
 * Throws a PruneLabError of kind `input` that says what was expected, and registers nothing: for a file that cannot be
 * imported, another export, entries that lack something, names that are taken. What fails later in a function of an
 * entry is a PruneLabError of kind `failure` that names it.
 */
export function loadPlugin(
  given: string,
  kinds: Kinds,
  context: { readonly tools: object; readonly elsewhere?: readonly string[] },
): Promise<LoadedPlugin> {
  // One after the other, so that none is loaded twice.
  const plugin = loading.then(() => load(given, kinds, context));
  loading = plugin.catch(() => {});
  return plugin;
}

/** What this process has loaded, in order. */
export function loadedPlugins(): readonly LoadedPlugin[] {
  return [...loaded.values()];
}

async function load(
  given: string,
  kinds: Kinds,
  { tools, elsewhere = [] }: { readonly tools: object; readonly elsewhere?: readonly string[] },
): Promise<LoadedPlugin> {
  const { file, sha256 } = await readPlugin(given);
  const known = loaded.get(file);
  if (known?.sha256 === sha256) return known;
  if (known !== undefined) {
    throw inputError(`${given} changed after it was loaded, and what it brings may be in use.`, {
      hint: "Start the program again.",
    });
  }
  const exported = await importPlugin({ file, sha256 }, given, tools);
  const members = entriesOf(exported, given, [...Object.keys(kinds), ...elsewhere]).flatMap(
    ({ key, index, value }) => {
      const kind = kinds[key];
      return kind === undefined ? [] : [pluginMember(value, kind, given, `${key}[${index}]`)];
    },
  );
  // Nothing is registered when one of them is wrong.
  refuseTaken(members, given);
  for (const { kind, entry } of members) kind.registry.add(entry, sha256, kind.place);
  const names = members.map(({ kind, entry }) => `${kind.registry.kind} ${entry.name}`);
  const plugin = { file, sha256, members: names };
  loaded.set(file, plugin);
  return plugin;
}

async function readPlugin(given: string): Promise<PluginReference> {
  try {
    const file = await realpath(given);
    return { file, sha256: sha256(await readFile(file)) };
  } catch (error) {
    throw inputError(`The plugin ${given} cannot be read (${systemErrorCode(error) ?? error}).`, {
      cause: error,
    });
  }
}

async function importPlugin(plugin: PluginReference, given: string, tools: object): Promise<unknown> {
  const url = pathToFileURL(plugin.file);
  // Node keeps modules by their address: a file that was mended after an error is another one.
  url.search = plugin.sha256;
  try {
    const { default: exported }: { default?: unknown } = await import(url.href);
    return typeof exported === "function" ? await exported(tools) : exported;
  } catch (error) {
    throw inputError(`${given} cannot be loaded: ${firstLine(error)}`, {
      hint: 'A plugin is an ES module: a file that ends in .mjs, or .js beside a package.json with "type": "module".',
      cause: error,
    });
  }
}

function entriesOf(exported: unknown, given: string, keys: readonly string[]) {
  const expected = `its default export must be a mapping, or a function that gives one, with lists under ${keys.join(", ")}`;
  if (!isMapping(exported)) throw inputError(`${given}: ${expected}.`);
  const entries = Object.entries(exported).flatMap(([key, list]) => {
    if (!keys.includes(key)) {
      throw inputError(
        `${given}: ${quote(key)} is nothing that a plugin brings.${didYouMean(key, keys)} Keys: ${keys.join(", ")}.`,
      );
    }
    if (!Array.isArray(list)) throw inputError(`${given}: ${key} must be a list of entries.`);
    return list.map((value: unknown, index) => ({ key, index, value }));
  });
  if (entries.length === 0) throw inputError(`${given} brings nothing: ${expected}.`);
  return entries;
}

function refuseTaken(members: readonly PluginMember[], given: string): void {
  members.forEach(({ kind: { registry }, entry: { name } }, i) => {
    const same = (other: PluginMember) =>
      other.kind.registry === registry && other.entry.name.toLowerCase() === name.toLowerCase();
    if (members.slice(0, i).some(same))
      throw inputError(`${given} brings a ${registry.kind} named ${quote(name)} twice.`);
    try {
      registry.refuse(name);
    } catch (error) {
      if (!(error instanceof PruneLabError)) throw error;
      const origin = registry.names().find((other) => other.toLowerCase() === name.toLowerCase());
      const owner = loadedPlugins().find(({ sha256 }) => sha256 === registry.originOf(origin ?? name));
      throw inputError(`${given}: ${error.message}${owner ? ` It comes from ${owner.file}.` : ""}`);
    }
  });
}
