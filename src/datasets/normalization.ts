import * as z from "zod";

/** How bytes become inputs, as the config says it. */
export const normalizationSchema = z
  .union([
    z.literal("unit"),
    z.strictObject({
      mean: z.number().describe("Subtracted from byte / 255."),
      std: z.number().positive().describe("What the difference is divided by."),
    }),
  ])
  .default("unit")
  .describe("unit: byte / 255; { mean, std }: (byte / 255 - mean) / std, as torchvision's Normalize.");

export type Normalization = z.output<typeof normalizationSchema>;

/** The same as one multiplication and one addition: input = byte * scale + offset. */
export interface ByteScaling {
  readonly scale: number;
  readonly offset: number;
}

export function byteScaling(normalization: Normalization): ByteScaling {
  if (normalization === "unit") return { scale: 1 / 255, offset: 0 };
  const { mean, std } = normalization;
  return { scale: 1 / (255 * std), offset: -mean / std };
}
