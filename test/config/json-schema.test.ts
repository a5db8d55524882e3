import { expect, test } from "vitest";
import * as z from "zod";
import { configJsonSchema } from "../../src/config/json-schema.ts";

test("the JSON Schema requires what a file must have, and forbids unknown keys", () => {
  const schema = configJsonSchema();
  expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  expect(schema.required).toEqual(["dataset", "model"]);
  expect(schema.additionalProperties).toBe(false);
});

test("a JSON Schema validator takes a short config and refuses a wrong one", () => {
  const validator = z.fromJSONSchema(configJsonSchema());
  const config = { dataset: { name: "mnist" }, model: { name: "mlp" } };
  expect(validator.safeParse(config).success).toBe(true);
  expect(validator.safeParse({ ...config, prune: { sparsities: [90] } }).success).toBe(false);
  expect(validator.safeParse({ ...config, epochs: 3 }).success).toBe(false);
});
