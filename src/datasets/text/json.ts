import type * as z from "zod";
import { inputError } from "../../foundations/errors.ts";

/** The content of a JSON file, as the schema takes it. Throws a PruneLabError of kind `input` that names file and key. */
export function parseJson<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(jsonIn(text, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue?.path.join(".");
  throw inputError(`${file}: ${key === "" ? "" : `${key}: `}${issue?.message ?? "not as expected"}.`);
}

function jsonIn(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw inputError(`${file} is no JSON: ${cause instanceof Error ? cause.message : cause}.`, { cause });
  }
}
