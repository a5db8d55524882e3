import type * as z from "zod";
import { excerpt, quote } from "../foundations/quote.ts";
import { type Aliases, bare, didYouMean, nearest } from "../foundations/suggest.ts";
import { NOT_POSSIBLE, spaceHint } from "./hints.ts";
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
      return `${given} is not ${oneOf(choices)}.${suggestion(issue.input, choices)}`;
    }
    case "invalid_union": {
      if (!("discriminator" in issue) || issue.discriminator === undefined) return `${given} ${NOT_POSSIBLE}`;
      const choices = (issue.options as readonly unknown[]).map(String);
      const chosen = ownValue(issue.input, String(issue.discriminator));
      if (chosen === undefined) return `missing; choose ${oneOf(choices)}.`;
      return `${show(chosen)} is not ${oneOf(choices)}.${suggestion(chosen, choices)}`;
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
 * The words for a key that the mapping at its place does not have; `keys` are those that it has, `pathsOf` gives the
 * paths where the schema has a key of some name.
 */
export function unknownKeyMessage(
  path: readonly PropertyKey[],
  keys: readonly string[],
  pathsOf: (key: string) => readonly string[],
): string {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1).join(".");
  const here = `Keys here: ${keys.join(", ")}.`;
  if (pathsOf(key).includes(path.join("."))) return `not a key of this kind of ${parent}. ${here}`;
  if (/^[\w.]+:\S/.test(key)) return `unknown key.${spaceHint(excerpt(key))} ${here}`;
  const near = nearest(key, keys, KEY_ALIASES);
  if (near !== undefined) return `unknown key. Did you mean '${near}'? ${here}`;
  const known = pathsOf(KEY_ALIASES[bare(key)] ?? key);
  const below = known.filter((other) => other.startsWith(`${parent}.`));
  const moved = below.length > 0 ? below : known;
  return `unknown key.${moved.length > 0 ? ` Did you mean ${moved.join(" or ")}?` : ""} ${here}`;
}

/** What other tools call a setting. */
export const KEY_ALIASES: Aliases = {
  lr: "learningRate",
  rate: "learningRate",
  stepsize: "learningRate",
  batch: "batchSize",
  bs: "batchSize",
  wd: "weightDecay",
  l2: "weightDecay",
  decay: "weightDecay",
  eps: "epsilon",
  opt: "optimizer",
  optim: "optimizer",
  scheduler: "schedule",
  lrschedule: "schedule",
  lrscheduler: "schedule",
  sparsity: "sparsities",
  amount: "sparsities",
  amounts: "sparsities",
  ratios: "sparsities",
  method: "methods",
  algorithm: "methods",
  algorithms: "methods",
  pruners: "methods",
  seed: "seeds",
  data: "dataset",
  network: "model",
  net: "model",
  arch: "model",
  architecture: "model",
  training: "train",
  pruning: "prune",
  retrain: "finetune",
  finetuning: "finetune",
  hiddensizes: "hidden",
  hiddenlayers: "hidden",
  units: "hidden",
  nonlinearity: "activation",
  act: "activation",
  init: "initializer",
  initialization: "initializer",
  skip: "exclude",
  ignore: "exclude",
  bias: "biases",
  folder: "path",
  dir: "path",
  backend: "engine",
  device: "engine",
};

/** Characters of a value that are told back. */
const MOST_SHOWN = 60;

/** A value as it is told back to the user: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === "string") return `'${excerpt(value, MOST_SHOWN)}'`;
  if (typeof value === "number" || value === undefined) return String(value);
  return excerpt(JSON.stringify(value) ?? typeof value, MOST_SHOWN);
}

/** Of a list or a mapping no choice is near. */
function suggestion(given: unknown, choices: readonly string[]): string {
  return typeof given === "object" ? "" : didYouMean(String(given), choices);
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
