import * as z from "zod";
import type { NetworkSpec } from "./specification.ts";

const extent = z.int().positive();
const layout = { layout: z.literal("bert").optional() };
const epsilon = z.number().positive();
const biased = { bias: z.literal(false).optional() };

/** A network as a file tells it, in JSON. That its layers fit each other, `layerOutputShapes` sees. */
export const networkSpecSchema: z.ZodType<NetworkSpec> = z.object({
  inputShape: z.array(extent),
  layers: z.array(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("dense"), name: z.string(), inputs: extent, outputs: extent, ...biased }),
      z.object({
        kind: z.literal("conv2d"),
        name: z.string(),
        inChannels: extent,
        outChannels: extent,
        kernelHeight: extent,
        kernelWidth: extent,
        stride: extent,
        padding: z.int().nonnegative(),
        ...biased,
      }),
      z.object({ kind: z.literal("max-pool"), size: extent, stride: extent }),
      z.object({ kind: z.literal("flatten") }),
      z.object({ kind: z.literal("activation"), activation: z.enum(["relu", "sigmoid", "tanh"]) }),
      z.object({
        kind: z.literal("embeddings"),
        name: z.string(),
        ...layout,
        vocabulary: extent,
        positions: extent,
        width: extent,
        epsilon,
      }),
      z.object({
        kind: z.literal("transformer-block"),
        name: z.string(),
        ...layout,
        width: extent,
        heads: extent,
        hidden: extent,
        activation: z.literal("gelu"),
        epsilon,
      }),
      z.object({ kind: z.literal("first-token") }),
    ]),
  ),
  loss: z.enum(["softmax-cross-entropy", "mean-squared-error"]),
}) as z.ZodType<NetworkSpec>;
