import { describe, expect, test } from "vitest";
import * as z from "zod";
import { datasetSchema, datasets } from "../../src/datasets/registry.ts";

describe("datasetSchema", () => {
  test("fills in the defaults", () => {
    expect(datasetSchema().parse({ name: "mnist" })).toEqual({
      name: "mnist",
      source: "auto",
      validation: null,
      normalize: "unit",
    });
    expect(datasetSchema().parse({ name: "idx", path: "x" })).toEqual({
      name: "idx",
      path: "x",
      label: null,
      validation: 5000,
      normalize: "unit",
    });
  });

  test.each([
    { name: "mnits" },
    { name: "mnist", path: "x" },
    { name: "mnist", validation: -1 },
    { name: "mnist", validation: 2.5 },
    { name: "idx" },
  ])("refuses %j", (value) => {
    expect(datasetSchema().safeParse(value).success).toBe(false);
  });
});

test.each(datasets.list().map((entry) => [entry.name, entry] as const))(
  "%s describes itself and its options",
  (_, entry) => {
    expect(entry.summary).not.toBe("");
    const { properties = {} } = z.toJSONSchema(entry.options);
    for (const property of Object.values(properties)) {
      expect(property).toMatchObject({ description: expect.stringMatching(/\w/) });
    }
  },
);
