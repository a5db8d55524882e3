import path from "node:path";
import * as z from "zod";
import { failure, inputError, PruneLabError } from "./errors.ts";
import type { Entry, Registry } from "./registry.ts";

/** What may stand in a plugin under one key, and where it goes. */
export interface PluginKind {
  readonly registry: Registry<Entry>;
  /** What an entry has beside `name` and `summary`; `options` are an empty zod object unless given. */
  readonly fields: Readonly<Record<string, z.ZodType>>;
  /** What is looked at of what functions of an entry give, by their names. */
  readonly results?: Readonly<Record<string, ResultCheck>>;
  /** Adds what every member of the kind has. */
  readonly complete?: (entry: never) => Entry;
  readonly place?: "first" | "last";
}

/** Says what was expected of a result for these arguments; undefined where it is right. */
export type ResultCheck = (result: unknown, ...given: never[]) => string | undefined;

/** An entry that is ready to be registered. */
export interface PluginMember {
  readonly kind: PluginKind;
  readonly entry: Entry;
}

const text = z.string("expected a text").min(1, "expected a text");
const paper = z
  .strictObject({ citation: text, url: z.url({ protocol: /^https?$/, error: "expected a web address" }) })
  .optional();

/**
 * Checks an entry, and has its functions name it when they fail. `plugin` is the file as it was given, `place` where
 * the entry stands in it: `criteria[0]`. Throws a PruneLabError of kind `input` that says what was expected.
 */
export function pluginMember(value: unknown, kind: PluginKind, plugin: string, place: string): PluginMember {
  const { fields, registry, complete = (entry: Entry) => entry } = kind;
  const shape = { name: text, summary: text, ...fields, paper };
  const wrong = firstProblem(z.strictObject(shape), value);
  if (wrong !== undefined) {
    const all = Object.entries(shape).map(([name, type]) =>
      type.safeParse(undefined).success ? `${name}?` : name,
    );
    throw inputError(
      `${plugin}: ${[place, ...wrong.path].join(".")}: ${wrong.message}. A ${registry.kind} has ${all.join(", ")}.`,
    );
  }
  const given = value as Readonly<Record<string, unknown>>;
  const fail: Fail = (field, reason, cause) =>
    failure(`The ${registry.kind} ${given.name} of ${path.basename(plugin)} fails in ${field}: ${reason}`, {
      cause,
    });
  const present = Object.keys(shape).filter((name) => given[name] !== undefined);
  const entry = {
    ...("options" in fields ? { options: z.strictObject({}) } : {}),
    ...Object.fromEntries(present.map((name) => [name, watched(given, [name], kind.results ?? {}, fail)])),
  };
  return { kind, entry: complete(entry as never) };
}

/** What is wrong first with a value, and where; undefined when it is right. */
export function firstProblem(
  schema: z.ZodType,
  value: unknown,
): { readonly path: readonly string[]; readonly message: string } | undefined {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  return issue && { path: issue.path.map(String), message: issue.message.replace(/^Invalid \w+: /, "") };
}

type Fail = (field: string, reason: string, cause?: unknown) => PruneLabError;

/** What lies under keys in keys, where functions tell what failed. */
function watched(
  owner: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  results: Readonly<Record<string, ResultCheck>>,
  fail: Fail,
): unknown {
  const value = owner[keys.at(-1) ?? ""];
  if (isPlain(value)) {
    const inner = Object.keys(value).map((key) => [key, watched(value, [...keys, key], results, fail)]);
    return Object.fromEntries(inner);
  }
  if (typeof value !== "function") return value;
  const field = keys.join(".");
  const check = results[field] as ((...all: unknown[]) => string | undefined) | undefined;
  const checked = (result: unknown, given: unknown[]) => {
    const expected = check?.(result, ...given);
    if (expected !== undefined) throw fail(field, `it has to give ${expected}.`);
    return result;
  };
  const blamed = (error: unknown) =>
    error instanceof PruneLabError ? error : fail(field, firstLine(error), error);
  return (...given: unknown[]) => {
    try {
      // As a method of what the plugin gave.
      const result: unknown = value.apply(owner, given);
      if (!(result instanceof Promise)) return checked(result, given);
      return result
        .then((settled) => checked(settled, given))
        .catch((error) => {
          throw blamed(error);
        });
    } catch (error) {
      throw blamed(error);
    }
  };
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Not the instance of a class, such as a zod object. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return isMapping(value) && Object.getPrototypeOf(value) === Object.prototype;
}
