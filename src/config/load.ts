import { readFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import type * as z from "zod";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { excerpt, firstOf } from "../foundations/quote.ts";
import { shapeHint } from "./hints.ts";
import { displayedPath, findConfig } from "./lookup.ts";
import { issueMessage, unknownKeyMessage } from "./messages.ts";
import { applyOverride, type Override, parseOverride } from "./overrides.ts";
import { type Config, configSchema } from "./schema.ts";
import { keysAt, pathsOfKey } from "./shape.ts";
import { type ConfigSource, parseConfigSource } from "./source.ts";

export interface LoadedConfig {
  readonly config: Config;
  /** The file it was read from. */
  readonly file: string;
}

/**
 * Reads a config: finds the file (`-` is the standard input), applies `--set path=value` texts in order, fills in the defaults.
 *
 * Throws an input error that lists everything that is wrong, each as `file:line: path: message`, or
 * `--set text: path: message` for what a `--set` gave.
 */
export async function loadConfig(
  nameOrPath: string,
  options: Overriding & { readonly cwd?: string },
): Promise<LoadedConfig> {
  const workingFolder = options.cwd ?? process.cwd();
  const overrides = overridesOf(options);
  if (nameOrPath === STANDARD_INPUT) {
    const source = parseConfigSource(await readStandardInput(), "<stdin>");
    return {
      config: resolve({ name: "stdin", ...(source.value as object) }, source, overrides),
      file: "<stdin>",
    };
  }
  const file = findConfig(nameOrPath, workingFolder);
  const source = parseConfigSource(await readText(file), displayedPath(file, workingFolder));
  const named = { name: path.parse(file).name, ...(source.value as object) };
  return { config: resolve(named, source, overrides), file };
}

/** What is set from outside a config. */
export interface Overriding {
  /** Texts such as `train.epochs=3`. */
  readonly set: readonly string[];
  /** In place of the config's own engine. */
  readonly engine?: string | undefined;
}

/** What `--config` takes for the standard input. */
const STANDARD_INPUT = "-";
let standardInput: Promise<string> | undefined;

/** It can be read once, and each sweep of a matrix asks for it. */
function readStandardInput(): Promise<string> {
  standardInput ??= text(process.stdin);
  return standardInput;
}

function overridesOf({ set, engine }: Overriding): Override[] {
  const overrides = set.map(parseOverride);
  if (engine === undefined) return overrides;
  return [...overrides, { origin: `--engine ${excerpt(engine)}`, path: ["engine"], value: engine }];
}

/** The same for a config that is given as data, as it would stand in a file; its errors begin with `config:`. */
export function resolveConfig(value: unknown, options: Overriding): Config {
  const source: ConfigSource = {
    file: "config",
    value,
    locate: () => ({ depth: 0, line: 0 }),
    locateWithin: () => undefined,
  };
  return resolve(value, source, overridesOf(options));
}

function resolve(given: unknown, source: ConfigSource, overrides: readonly Override[]): Config {
  const schema = configSchema();
  const value = overrides.reduce<unknown>(
    (config, override) => applyOverride(config, override, schema),
    given,
  );
  return checked(schema, value, source, overrides);
}

/**
 * What the schema makes of a value that a file gave. Throws an input error that lists everything that is wrong, each as
 * `file:line: path: message`.
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  source: ConfigSource,
  overrides: readonly Override[] = [],
): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: issueMessage });
  if (!parsed.success) {
    throw inputError(firstOf(problems(parsed.error, schema, value, source, overrides)).join("\n"));
  }
  return parsed.data;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw inputError(`${file}: cannot be read (${systemErrorCode(error) ?? error}).`, { cause: error });
  }
}

function problems(
  error: z.ZodError,
  schema: z.core.$ZodType,
  value: unknown,
  source: ConfigSource,
  overrides: readonly Override[],
): string[] {
  const located = (path: readonly PropertyKey[], message: string) => {
    const text = `${origin(path, source, overrides)}: `;
    return `${text}${path.length === 0 ? "" : `${excerpt(path.join("."))}: `}${message}`;
  };
  const locatedWithin = (path: readonly PropertyKey[], at: number, message: string) => {
    const place = setterOf(path, source, overrides) === undefined ? source.locateWithin(path, at) : undefined;
    return place === undefined
      ? located(path, `column ${at + 1} of it: ${message}`)
      : `${source.file}:${place.line}:${place.column}: ${excerpt(path.join("."))}: ${message}`;
  };
  return flatten(error.issues).flatMap((issue) => {
    if (issue.code === "custom" && typeof issue.params?.at === "number") {
      return [locatedWithin(issue.path, issue.params.at, issue.message)];
    }
    if (issue.code !== "unrecognized_keys") {
      return [located(issue.path, issue.message + shapeHint(schema, issue, value))];
    }
    const keys = keysAt(schema, issue.path, value);
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return located(
        path,
        unknownKeyMessage(path, keys, (wanted) => pathsOfKey(schema, wanted)),
      );
    });
  });
}

/**
 * Replaces the failure of a plain union by the problems of the one member that was meant: the only one whose
 * kind of value (mapping, list, text) was given, or else the only one that knows the most of the keys.
 */
function flatten(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "invalid_union") return [issue];
    const sameKind = issue.errors.filter((errors) => !errors.some(isWrongKind));
    const fewest = Math.min(...sameKind.map(unknownKeys));
    const knowing = sameKind.filter((errors) => unknownKeys(errors) === fewest);
    const meant = knowing.length === 1 ? knowing[0] : undefined;
    if (meant === undefined) return [issue];
    return flatten(meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
}

function unknownKeys(errors: readonly z.core.$ZodIssue[]): number {
  return errors.reduce((sum, inner) => sum + (inner.code === "unrecognized_keys" ? inner.keys.length : 0), 0);
}

function isWrongKind(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

/** Where a value came from: the `--set` that gave it, or the file, with the line when the file has any of the path. */
function origin(path: readonly PropertyKey[], source: ConfigSource, overrides: readonly Override[]): string {
  const setter = setterOf(path, source, overrides);
  if (setter !== undefined) return setter.origin;
  const { depth, line } = source.locate(path);
  return depth === 0 ? source.file : `${source.file}:${line}`;
}

/** The last `--set` that gave a value, or that reaches nearer to it than the file does; undefined for the file. */
function setterOf(
  path: readonly PropertyKey[],
  source: ConfigSource,
  overrides: readonly Override[],
): Override | undefined {
  const { depth } = source.locate(path);
  return overrides.findLast((override) => {
    const shared = sharedDepth(override.path, path);
    return shared === Math.min(override.path.length, path.length) || shared > depth;
  });
}

function sharedDepth(a: readonly PropertyKey[], b: readonly PropertyKey[]): number {
  const different = a.findIndex((key, i) => String(key) !== String(b[i]));
  return different === -1 ? a.length : different;
}
