import { describe, expect, expectTypeOf, test } from "vitest";
import * as z from "zod";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { configReference } from "../../src/config/reference.ts";
import type { Config, ConfigInput } from "../../src/config/schema.ts";
import { datasets } from "../../src/datasets/registry.ts";
import { reference } from "../../src/engines/reference/index.ts";
import { engines } from "../../src/engines/registry.ts";
import { defineModel } from "../../src/models/model.ts";
import { models } from "../../src/models/registry.ts";
import { load, problemsOf } from "./fixtures.ts";

describe("what is registered after the start", () => {
  datasets.add(
    {
      name: "added-data",
      summary: "A dataset of a plugin.",
      options: z.strictObject({ path: z.string().describe("Where it lies.") }),
      resultNames: [],
      load: () => Promise.reject(new Error("not loaded here")),
    },
    "test",
  );
  models.add(
    defineModel({
      name: "added-model",
      summary: "A model of a plugin.",
      options: z.strictObject({ depth: z.int().default(2).describe("Hidden layers.") }),
      layers: () => [],
    }),
    "test",
  );
  engines.add({ ...reference, name: "added-engine" }, "test");
  const config =
    "dataset: { name: added-data, path: x }\nmodel: { name: added-model }\nengine: added-engine\n";

  test("is loaded with its defaults, a model with an initializer", async () => {
    expect(await load(config)).toMatchObject({
      dataset: { name: "added-data", path: "x" },
      model: { name: "added-model", depth: 2, initializer: { name: "pytorch" } },
      engine: "added-engine",
    });
  });

  test("is checked and named in messages", async () => {
    expect(await problemsOf(`${config}seeds: []\n`, ["dataset.paht=y"])).toEqual([
      "--set dataset.paht=y: dataset.paht: unknown key. Did you mean 'path'? Keys here: name, path, checksum.",
      "case.yaml:4: seeds: the list is empty.",
    ]);
    const [problem] = await problemsOf("dataset: { name: mnist }\nmodel: { name: added-modl }\n");
    expect(problem).toContain("Did you mean 'added-model'?");
  });

  test("is in the JSON Schema and on the reference page", () => {
    for (const name of ["added-data", "added-model", "added-engine"]) {
      expect(JSON.stringify(configJsonSchema())).toContain(`"${name}"`);
      expect(configReference()).toContain(name);
    }
  });
});

test("what comes with prune-lab is typed by name", () => {
  expectTypeOf<string>().not.toExtend<Config["dataset"]["name"]>();
  expectTypeOf<Extract<Config["model"], { name: "mlp" }>["hidden"]>().toEqualTypeOf<number[]>();
  expectTypeOf<{ name: "mlp" }>().toExtend<ConfigInput["model"]>();
  expectTypeOf<{ name: "cnn" }>().not.toExtend<ConfigInput["model"]>();
});
