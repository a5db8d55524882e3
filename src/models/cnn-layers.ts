import * as z from "zod";
import { MOST_LAYERS, unitsSchema } from "./options.ts";

/**
 * The layers of the `cnn` model as they stand in the config, one mapping a layer, told apart by their first
 * key: `{ conv: 20, kernel: 5 }`, `{ pool: 2 }`, `{ dense: 500 }`.
 */

const extent = z.int().min(1).max(1024);

const kernelSchema = z
  .union([extent, z.tuple([extent, extent])], {
    error: "expected a size from 1 to 1024, such as 5, or [height, width], such as [3, 5].",
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

const cnnLayerSchema = z.union([convSchema, poolSchema, denseSchema], {
  error:
    "expected one layer a mapping: { conv: channels, kernel, stride, padding }, { pool: size, stride } " +
    "or { dense: units }.",
});

export type CnnLayer = z.output<typeof cnnLayerSchema>;

export const cnnLayersSchema = z
  .array(cnnLayerSchema)
  .min(1)
  .max(MOST_LAYERS)
  .superRefine((layers, context) => {
    const firstDense = layers.findIndex((layer) => "dense" in layer);
    if (firstDense < 0) return;
    layers.forEach((layer, i) => {
      if (i < firstDense || "dense" in layer) return;
      const kind = "conv" in layer ? "conv" : "pool";
      context.addIssue({
        code: "custom",
        path: [i],
        message: `a ${kind} layer cannot follow a dense layer, whose output is no image.`,
      });
    });
  })
  .describe("The hidden layers in order: conv and pool layers, then dense ones; the output layer is added.");
