import * as z from "zod";
import { bare, nearest } from "../foundations/suggest.ts";
import { KEY_ALIASES } from "./messages.ts";
import { configFields } from "./schema.ts";
import { childSchema, objectMembers, pathsOfKey, unwrap } from "./shape.ts";

/** Where the config has a setting that goes by a word, such as `epochs`, `batch-size` or `lr`; the nearest to the root first. */
export function settingPaths(word: string): string[] {
  const schema = configFields();
  const keys = [...new Set(allKeys(schema))];
  const key = keys.find((other) => bare(other) === bare(word)) ?? KEY_ALIASES[bare(word)];
  const meant = key ?? nearest(word, keys);
  if (meant === undefined) return [];
  return pathsOfKey(schema, meant).sort((a, b) => a.split(".").length - b.split(".").length);
}

/** `train.epochs=3` for `--set`: a value that is one of a list, or names a mapping, written as that. */
export function settingText(path: string, value = "..."): string {
  const schema = path
    .split(".")
    .reduce<z.core.$ZodType | undefined>((at, key) => at && childSchema(at, key, undefined), configFields());
  const core = schema && unwrap(schema).core;
  if (core !== undefined && isList(core) && !value.startsWith("[")) return `${path}=[${value}]`;
  const isMapping = core instanceof z.ZodDiscriminatedUnion && !value.startsWith("{") && value !== "...";
  return isMapping ? `${path}={ name: ${value} }` : `${path}=${value}`;
}

/** Whether a value is a list, or may also be something else that is no plain value. */
function isList(schema: z.core.$ZodType): boolean {
  const [first] = schema instanceof z.ZodUnion ? schema.options : [schema];
  return first instanceof z.ZodArray;
}

/** Every setting outside lists that `--set` can give, by its path. */
export function allSettingPaths(): string[] {
  const schema = configFields();
  const paths = [...new Set(allKeys(schema))].flatMap((key) => pathsOfKey(schema, key));
  return [...new Set(paths)].sort();
}

function allKeys(schema: z.core.$ZodType): string[] {
  return objectMembers(schema, undefined).flatMap((member) =>
    Object.entries(member.shape).flatMap(([key, child]) => [key, ...allKeys(child)]),
  );
}
