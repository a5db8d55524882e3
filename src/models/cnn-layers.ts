import * as z from "zod";
import { explainMismatch } from "../foundations/explain.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { unitsSchema } from "./options.ts";

/**
 * The layers of the `cnn` model as they stand in the config, one mapping a layer, told apart by their first
 * key: `{ conv: 20, kernel: 5 }`, `{ pool: 2 }`, `{ dense: 500 }`.
 */

const extent = z.int().min(1).max(1024);

const kernelSchema = z
  .union([extent, z.tuple([extent, extent])], {
    error: "expected a size from 1 to 1024, such as 5, or [height, width], such as [3, 5]",
  })
  .default(3)
  .describe("Size of the kernel: one number, or [height, width].");

const convSchema = z.strictObject({
  conv: unitsSchema.describe("Output channels of a convolution; an activation follows."),
  kernel: kernelSchema,
  stride: extent.default(1).describe("Step of the kernel, in both directions."),
  padding: z.int().min(0).max(1024).default(0).describe("Zeros added on each of the four sides."),
});

const poolSchema = z.strictObject({
  pool: extent.describe("Height and width of a max-pooling window; only whole windows count."),
  stride: extent.optional().describe("Step of the window. Default: the window's size."),
});

const denseSchema = z.strictObject({
  dense: unitsSchema.describe("Units of a fully connected layer; an activation follows."),
});

const kinds = { conv: convSchema, pool: poolSchema, dense: denseSchema };
const kindNames = Object.keys(kinds) as (keyof typeof kinds)[];

const cnnLayerSchema = z.union([convSchema, poolSchema, denseSchema], {
  error: (issue) => explain(issue.input),
});

export type CnnLayer = z.output<typeof cnnLayerSchema>;

export const cnnLayersSchema = z
  .array(cnnLayerSchema)
  .min(1)
  .superRefine((layers, context) => {
    const firstDense = layers.findIndex((layer) => "dense" in layer);
    if (firstDense < 0) return;
    layers.forEach((layer, i) => {
      if (i < firstDense || "dense" in layer) return;
      const kind = "conv" in layer ? "conv" : "pool";
      context.addIssue({
        code: "custom",
        path: [i],
        message: `a ${kind} layer cannot follow a dense layer, which has no image any more`,
      });
    });
  })
  .describe("The hidden layers in order: conv and pool layers, then dense ones; the output layer is added.");

/** Why a value is not a layer, in one line. A union's own message would only say that nothing matched. */
function explain(input: unknown): string {
  const forms = "{ conv: channels, kernel, stride, padding }, { pool: size, stride } or { dense: units }";
  if (typeof input !== "object" || input === null || Array.isArray(input)) return `expected ${forms}`;
  const keys = Object.keys(input);
  const present = kindNames.filter((kind) => keys.includes(kind));
  const kind = present[0];
  if (kind === undefined) {
    const suggestion = keys[0] === undefined ? "" : didYouMean(keys[0], kindNames);
    return `expected ${forms}.${suggestion}`;
  }
  if (present.length > 1) return `a layer is one of ${present.join(" and ")}, not both`;
  return explainMismatch(kinds[kind], input, `a ${kind} layer`);
}
