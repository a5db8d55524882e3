import * as z from "zod";
import { configSchema } from "./schema.ts";
import { unwrap } from "./shape.ts";

/** The part of a JSON Schema (2020-12) that the config's schema uses. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The JSON Schema of a config file. `name` is not required: a file's own name stands in for it. */
export function configJsonSchema(): JsonSchema {
  const schema = configSchema();
  const { core: wholeConfig } = unwrap(schema);
  return z.toJSONSchema(schema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === wholeConfig) {
        jsonSchema.title = "prune-lab config";
        jsonSchema.required = jsonSchema.required?.filter((key) => key !== "name") ?? [];
      }
    },
  });
}
