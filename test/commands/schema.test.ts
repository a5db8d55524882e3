import { expect, test } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { runCli } from "../support/cli.ts";

test("schema prints the config's JSON Schema, whole, through a pipe", async () => {
  const { code, stdout } = await runCli(["schema"], { cwd: packageRoot });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});
