import * as z from "zod";
import { activations } from "../../network/activations.ts";
import { multiply, noiseOption, normalWeights, type Rule } from "./rule.ts";

const options = z.strictObject({
  name: z.literal("teacher"),
  hidden: z.int().min(1).max(100_000).default(32).describe("Hidden units of the teacher."),
  activation: z.enum(["tanh", "sigmoid"]).default("tanh").describe("What its hidden units compute."),
  noise: noiseOption(0.1),
});

export const teacher = {
  name: "teacher",
  summary: "Targets are the outputs of a network of one hidden layer, normal weights of variance 1 / fan-in.",
  options,
  sizes: { inputs: 128, outputs: 10 },
  prepare: ({ hidden, activation }, { inputs, outputs }, stream) => {
    const first = normalWeights({ inputs, outputs: hidden }, stream);
    const second = normalWeights({ inputs: hidden, outputs }, stream);
    const units = new Float64Array(hidden);
    const activate = activations[activation];
    return (values, targets) => {
      multiply(first, values, units);
      for (const [unit, value] of units.entries()) units[unit] = activate(value);
      multiply(second, units, targets);
    };
  },
} as const satisfies Rule<typeof options>;
