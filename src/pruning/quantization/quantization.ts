import * as z from "zod";
import type { Paper } from "../../foundations/registry.ts";

/** What a method may say of the precision of the weights that it leaves. */
export const quantizationSchema = z
  .strictObject({
    bits: z
      .int()
      .min(2)
      .max(8)
      .default(8)
      .describe("Bits of a weight: it is one of 2^bits - 1 equally spaced values around 0."),
    per: z
      .enum(["tensor", "channel"])
      .default("tensor")
      .describe("What has a spacing of its own: each weight tensor, or each output channel of it."),
    training: z
      .enum(["none", "straight-through"])
      .default("none")
      .describe(
        "When weights are rounded: once, after the recovery; or straight-through, at every step of it too, so that it trains for rounded weights.",
      ),
  })
  .describe("To how few bits the weights are rounded that the method keeps.");

export type Quantization = z.output<typeof quantizationSchema>;

/** To what values weights are rounded. */
export type Rounding = Pick<Quantization, "bits" | "per">;

/** `symmetric(bits=8 per=tensor training=none)`: how results name it; `none` without. */
export function quantizationText(quantization: Quantization | undefined): string {
  if (quantization === undefined) return "none";
  const { bits, per, training } = quantization;
  return `symmetric(bits=${bits} per=${per} training=${training})`;
}

/** `8 bits per tensor`, `4 bits per channel, straight-through`: what that text says, for people; undefined of `none`. */
export function quantizationWords(text: string | undefined): string | undefined {
  const [, bits, per, training] =
    /^symmetric\(bits=(\d+) per=(\w+) training=([\w-]+)\)$/.exec(text ?? "") ?? [];
  if (bits === undefined) return undefined;
  return `${bits} bits per ${per}${training === "none" ? "" : ", straight-through"}`;
}

/** Where what that text says was published, if it was. */
export function quantizationPaper(text: string | undefined): Paper | undefined {
  if (text?.includes("training=straight-through") !== true) return undefined;
  return {
    citation:
      "Bengio et al. 2013, Estimating or propagating gradients through stochastic neurons for conditional computation",
    url: "https://arxiv.org/abs/1308.3432",
  };
}

/** How a recovery rounds at every step; undefined for one that does not. */
export function straightThroughRounding(quantization: Quantization | undefined): Rounding | undefined {
  return quantization?.training === "straight-through" ? roundingOf(quantization) : undefined;
}

export function roundingOf({ bits, per }: Quantization): Rounding {
  return { bits, per };
}
