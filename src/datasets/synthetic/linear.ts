import * as z from "zod";
import { multiply, noiseOption, normalWeights, type Rule } from "./rule.ts";

const options = z.strictObject({ name: z.literal("linear"), noise: noiseOption(0.1) });

/** Targets have variance 1 + noise^2. */
export const linear = {
  name: "linear",
  summary: "Targets are a linear map of the inputs, with normal weights of variance 1 / inputs.",
  options,
  sizes: { inputs: 128, outputs: 10 },
  prepare: (_options, sizes, stream) => {
    const weights = normalWeights(sizes, stream);
    return (inputs, targets) => multiply(weights, inputs, targets);
  },
} as const satisfies Rule<typeof options>;
