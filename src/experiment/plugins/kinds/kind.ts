import * as z from "zod";
import { firstProblem, type PluginKind } from "../../../foundations/plugin-member.ts";
import type { Entry, Registry } from "../../../foundations/registry.ts";

/** The fields that a kind of member has beside name and summary: what its type says, at run time. */
type Fields<Member extends Entry> = Readonly<Record<Exclude<keyof Member, keyof Entry>, z.ZodType>>;

/** A kind whose members go to this registry. */
export function kindOf<Member extends Entry>(
  registry: Registry<Member>,
  fields: Fields<Member>,
  rest: Omit<PluginKind, "registry" | "fields"> = {},
): PluginKind {
  return { registry, fields, ...rest };
}

export const functionField = z.custom((value) => typeof value === "function", "expected a function");
export const textField = z.string("expected a text").min(1, "expected a text");
/** The options of an entry; an empty mapping unless given. */
export const optionsField = z
  .custom(
    (value) => value instanceof Object && "shape" in value && "_zod" in value,
    "expected a zod 4 object, as z.strictObject({ ... }) gives",
  )
  .optional();

/** What is wrong with what a function gave; undefined when it is as it should be. */
export function problemIn(schema: z.ZodType, value: unknown, what: string): string | undefined {
  const problem = firstProblem(schema, value);
  if (problem === undefined) return undefined;
  const where = problem.path.length === 0 ? "" : `${problem.path.join(".")}: `;
  return `${what} (${where}${problem.message})`;
}
