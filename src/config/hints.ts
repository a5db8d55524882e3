import * as z from "zod";
import { excerpt } from "../foundations/quote.ts";
import { nearest } from "../foundations/suggest.ts";
import { childSchema, objectMembers, ownValue, unwrap } from "./shape.ts";

/** What people write for nothing where YAML has null. */
const NOTHING: readonly unknown[] = [false, 0, "", "none", "no", "off", "false", "never", "null"];

/**
 * What to write instead of a value of the wrong kind, taken from what the schema expects at its place: with a leading
 * space, or an empty text. `value` is the whole config.
 */
export function shapeHint(schema: z.core.$ZodType, issue: z.core.$ZodIssue, value: unknown): string {
  const expected = issue.code === "invalid_type" ? issue.expected : undefined;
  const given = valueAt(value, issue.path);
  if (expected === "boolean") return booleanHint(given);
  if (issue.code === "invalid_union" && given === undefined) {
    return missingSpace(valueAt(value, issue.path.slice(0, -1)), issue.path.at(-1));
  }
  const at = schemaAt(schema, issue.path, value);
  if (at === undefined) return "";
  if (issue.code === "invalid_union" && issue.message.endsWith(NOT_POSSIBLE)) return choicesHint(at);
  return expected === "object" ? mappingHint(at, given) : "";
}

/** How a message ends that says nothing of what is possible. */
export const NOT_POSSIBLE = "is not possible here.";

/** The values and mappings that a plain union takes. */
function choicesHint(schema: z.core.$ZodType): string {
  const { core } = unwrap(schema);
  if (!(core instanceof z.ZodUnion)) return "";
  const choices = core.def.options.map((option) => {
    const inner = unwrap(option).core;
    if (inner instanceof z.ZodLiteral) return String(inner.value);
    if (!(inner instanceof z.ZodObject)) return "";
    return `{ ${Object.keys(inner.shape)
      .map((key) => `${key}: ...`)
      .join(", ")} }`;
  });
  return choices.every((choice) => choice !== "") ? ` Write ${choices.join(" or ")}.` : "";
}

/** What to write where a mapping is expected. */
function mappingHint(schema: z.core.$ZodType, given: unknown): string {
  const { core, fallback, nullable } = unwrap(schema);
  if (nullable && NOTHING.includes(given)) return " Write null for none.";
  if (given === true && fallback !== undefined) return " Write {} for its defaults.";
  if (typeof given === "string" && /^[\w.]+:\S/.test(given)) return spaceHint(excerpt(given));
  const members = objectMembers(schema, undefined);
  const names = core instanceof z.ZodDiscriminatedUnion ? members.map(nameOf) : [];
  if (names.length === 0) {
    const keys = [...new Set(members.flatMap((member) => Object.keys(member.shape)))];
    return ` Its keys: ${keys.join(", ")}.`;
  }
  const word = Array.isArray(given) && given.length === 1 ? (given[0] as unknown) : given;
  const meant = typeof word === "string" ? nearest(word, names) : undefined;
  const member = members[names.indexOf(meant ?? "")];
  if (member === undefined) return ` Write { name: ... } with one of ${names.join(", ")}.`;
  const written = `{ name: ${meant}${requiredKeys(member).join("")} }`;
  return word === meant ? ` Write ${written}.` : ` Did you mean ${written}?`;
}

function requiredKeys(member: z.ZodObject): string[] {
  return Object.entries(member.shape)
    .filter(([key, child]) => key !== "name" && unwrap(child).required)
    .map(([key]) => `, ${key}: ...`);
}

/** The name that tells a member of a union from the others. */
function nameOf(member: z.ZodObject): string {
  const name = member.shape.name;
  return name instanceof z.ZodLiteral ? String(name.value) : "";
}

function booleanHint(given: unknown): string {
  const word = String(given).toLowerCase();
  if (["yes", "on", "true", "1", "y"].includes(word)) return " Write true.";
  return ["no", "off", "false", "0", "n", "none", "null"].includes(word) ? " Write false." : "";
}

/** Where `name` is missing because `name:mnist` was read as a key. */
function missingSpace(mapping: unknown, key: PropertyKey | undefined): string {
  if (typeof mapping !== "object" || mapping === null) return "";
  const glued = Object.keys(mapping).find((other) => other.startsWith(`${String(key)}:`));
  return glued === undefined ? "" : spaceHint(excerpt(glued));
}

/** For `name:mnist`. */
export function spaceHint(text: string): string {
  return ` A space is missing after the colon: write ${text.replace(":", ": ")}.`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((container, key) => ownValue(container, key), value);
}

/** The schema of what stands at a path of a config. */
function schemaAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  value: unknown,
): z.core.$ZodType | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const child = childSchema(schema, key, value);
  return child === undefined ? undefined : schemaAt(child, rest, ownValue(value, key));
}
