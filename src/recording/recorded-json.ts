import type * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { excerpt } from "../foundations/quote.ts";

/** Longest name of a place within a file that is shown. */
const SHOWN_CHARACTERS = 80;

/**
 * What a JSON file of a results folder holds, as it stands there: a file like any other, which may be damaged or edited.
 * Throws a PruneLabError of kind `input`: `<file> is not <what> that this version of prune-lab can read`, where it is
 * wrong, and `hint`, what to do.
 */
export function recordedJson(
  text: string,
  schema: z.ZodType,
  { file, what, hint }: { readonly file: string; readonly what: string; readonly hint: string },
): unknown {
  const refuse = (reason: string, cause?: unknown) =>
    inputError(`${file} is not ${what} that this version of prune-lab can read (${reason}).`, {
      hint,
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse("not JSON", cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return value;
  throw refuse(firstIssue(parsed.error), parsed.error);
}

/** `files.3: expected string, received number`. */
export function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return "not as expected";
  const place = issue.path.join(".").slice(0, SHOWN_CHARACTERS);
  const words = issue.message
    .replace(/^Invalid input: /, "")
    .replace(/received undefined$/, "received nothing");
  const message = excerpt(words, SHOWN_CHARACTERS);
  return place === "" ? message : `${place}: ${message}`;
}
