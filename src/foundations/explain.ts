import type * as z from "zod";
import { didYouMean } from "./suggest.ts";

/**
 * Why a mapping does not fit an object's schema, in one line: the first unknown key, or the first issue.
 * For the members of a union, whose own message would only say that none of them matched.
 * `what` names the object: "a conv layer".
 */
export function explainMismatch(schema: z.ZodObject, input: object, what: string): string {
  const keys = Object.keys(schema.shape);
  const unknown = Object.keys(input).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    return `${what} has no '${unknown}', only ${keys.join(", ")}.${didYouMean(unknown, keys)}`;
  }
  const issue = schema.safeParse(input, { reportInput: true }).error?.issues[0];
  if (issue === undefined) return `${what} is expected`;
  const field = issue.path.join(".");
  if (issue.input === undefined) return `${what} needs '${field}'`;
  if (issue.code === "invalid_value") {
    const choices = issue.values.map(String);
    const given = String(issue.input);
    return `${field}: '${given}' is not one of ${choices.join(", ")}.${didYouMean(given, choices)}`;
  }
  return `${field}: ${issue.message}`;
}
