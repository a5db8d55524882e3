import * as z from "zod";
import { datasets } from "../../../datasets/registry.ts";
import { MOST_BYTES } from "../../../datasets/uncompressed.ts";
import { nameSchema } from "../../../foundations/names.ts";
import { functionField, kindOf, optionsField, problemIn, textField } from "./kind.ts";

const size = z.int().min(1);
const count = z.int().min(0);
const bytes = z.instanceof(Uint8Array);
const floats = z.instanceof(Float32Array);
const exampleSet = z.object({
  count,
  shape: z.array(size).min(1),
  inputs: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("bytes"), values: bytes, scale: z.number(), offset: z.number() }),
    z.object({ kind: z.literal("floats"), values: floats }),
  ]),
  targets: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("classes"), labels: bytes, classes: size }),
    z.object({ kind: z.literal("values"), values: floats, width: size }),
  ]),
});
const some = exampleSet.refine((examples) => examples.count > 0, "expected examples");
const checksum = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in lower-case hexadecimal");
const loadedDataset = z.object({
  name: nameSchema("a dataset"),
  checksum,
  sources: z.array(z.object({ file: z.string(), sha256: z.string() })),
  train: some,
  validation: exampleSet,
  test: some,
});

export const dataset = kindOf(
  datasets,
  {
    options: optionsField,
    resultNames: z.array(textField),
    classes: z.int().min(2).optional(),
    download: z
      .strictObject({
        mirrors: z
          .array(z.string().regex(/^https?:.*\/$/, "expected an address that ends in a slash"))
          .min(1),
        files: z
          .array(
            z.strictObject({
              name: nameSchema("a file"),
              spellings: z.array(textField).min(1),
              sha256: checksum,
              bytes: z.int().min(1).max(MOST_BYTES).optional(),
            }),
          )
          .min(1),
      })
      .optional(),
    // A plugin's examples are numbers: it has no texts.
    readTexts: z.undefined().optional(),
    load: functionField,
  },
  { results: { load: (result) => problemIn(loadedDataset, result, "a dataset") } },
);
