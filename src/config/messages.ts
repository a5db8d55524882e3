import type * as z from "zod";
import { excerpt, quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { ownValue } from "./shape.ts";

/**
 * The words for what is wrong with one value, in the config's terms; the path and the line are put before
 * them. Texts of the schema's own (`error:` of a check) take precedence.
 */
export function issueMessage(issue: z.core.$ZodRawIssue): string {
  const given = show(issue.input);
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined)
        return `missing; ${EXPECTED[issue.expected] ?? issue.expected} is needed.`;
      return `${given} is not ${EXPECTED[issue.expected] ?? issue.expected}.${typeHint(issue)}`;
    case "invalid_value": {
      const choices = issue.values.map(String);
      if (issue.input === undefined) return `missing; choose ${oneOf(choices)}.`;
      return `${given} is not ${oneOf(choices)}.${didYouMean(String(issue.input), choices)}`;
    }
    case "invalid_union": {
      if (!("discriminator" in issue) || issue.discriminator === undefined)
        return `${given} is not possible here.`;
      const choices = (issue.options as readonly unknown[]).map(String);
      const chosen = ownValue(issue.input, String(issue.discriminator));
      if (chosen === undefined) return `missing; choose ${oneOf(choices)}.`;
      return `${show(chosen)} is not ${oneOf(choices)}.${didYouMean(String(chosen), choices)}`;
    }
    case "too_big":
      return issue.origin === "number" || issue.origin === "int"
        ? `${given} is too large: ${issue.inclusive === false ? "below" : "at most"} ${issue.maximum}.`
        : `${given} is too long: at most ${issue.maximum} ${unit(issue.origin)}.`;
    case "too_small":
      if (issue.origin === "number" || issue.origin === "int") {
        return `${given} is too small: ${issue.inclusive === false ? "above" : "at least"} ${issue.minimum}.`;
      }
      if (issue.minimum === 1) return issue.origin === "array" ? "the list is empty." : "the text is empty.";
      return `${given} is too short: at least ${issue.minimum} ${unit(issue.origin)}.`;
    default:
      return `${given}: ${issue.message ?? "not valid here"}`;
  }
}

/**
 * The words for a key that the mapping at its place does not have; `keys` are those that it has, `known` the
 * paths where the schema has a key of this name.
 */
export function unknownKeyMessage(
  path: readonly PropertyKey[],
  keys: readonly string[],
  known: readonly string[],
): string {
  const parent = path.slice(0, -1).join(".");
  const here = `Keys here: ${keys.join(", ")}.`;
  if (known.includes(path.join("."))) return `not a key of this kind of ${parent}. ${here}`;
  const near = didYouMean(String(path.at(-1)), keys);
  const moved = near === "" && known.length > 0 ? ` Did you mean ${known.join(" or ")}?` : near;
  return `unknown key.${moved} ${here}`;
}

/** Characters of a value that are told back. */
const MOST_SHOWN = 60;

/** A value as it is told back to the user: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === "string") return `'${excerpt(value, MOST_SHOWN)}'`;
  if (typeof value === "number" || value === undefined) return String(value);
  return excerpt(JSON.stringify(value) ?? typeof value, MOST_SHOWN);
}

function oneOf(choices: readonly string[]): string {
  return choices.length === 1 ? `'${choices[0]}'` : `one of ${choices.join(", ")}`;
}

const EXPECTED: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping of keys to values",
};

function typeHint(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  const { expected, input } = issue;
  const scalar = typeof input === "string" || typeof input === "number";
  if (expected === "array" && scalar) return ` Write [${excerpt(String(input))}].`;
  if (expected === "string" && scalar) return ` Put it in quotes: ${quote(input)}.`;
  if (
    expected === "number" &&
    typeof input === "string" &&
    input.trim() !== "" &&
    Number.isFinite(Number(input))
  ) {
    return " Take the quotes off.";
  }
  return "";
}

function unit(origin: string): string {
  return origin === "string" ? "characters" : "entries";
}
