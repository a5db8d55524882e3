import { expect, test } from "vitest";
import { cnnLayersSchema } from "../../src/models/cnn-layers.ts";

const messages = (layers: unknown[]) =>
  cnnLayersSchema.safeParse(layers).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

test("fills in the defaults", () => {
  expect(cnnLayersSchema.parse([{ conv: 8 }, { pool: 2 }, { dense: 4 }])).toEqual([
    { conv: 8, kernel: 3, stride: 1, padding: 0 },
    { pool: 2 },
    { dense: 4 },
  ]);
});

test("refuses an image layer after a dense one, at its place", () => {
  expect(messages([{ conv: 8 }, { dense: 4 }, { dense: 3 }, { pool: 2 }])).toEqual([
    "3: a pool layer cannot follow a dense layer, whose output is no image.",
  ]);
});

test("refuses what is no layer, or two at once, and says how one is written", () => {
  for (const layer of [{ conf: 3 }, { conv: 3, pool: 2 }, 5]) {
    expect(messages([layer])).toEqual([expect.stringMatching(/^0: expected one layer a mapping: \{ conv/)]);
  }
});

test("refuses an unknown key beside a layer's own", () => {
  expect(messages([{ conv: 3, kernal: 5 }])).toEqual([expect.stringContaining('"kernal"')]);
});

test("refuses a kernel of the wrong form", () => {
  for (const kernel of [[3], [3, 3, 3], "x"]) {
    const { error } = cnnLayersSchema.safeParse([{ conv: 3, kernel }]);
    expect(JSON.stringify(error?.issues)).toContain("expected a size from 1 to 1024, such as 5");
  }
});
