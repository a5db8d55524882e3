import * as z from "zod";
import { noiseOption, type Rule } from "./rule.ts";

const options = z.strictObject({ name: z.literal("noise"), noise: noiseOption(1) });

/** Nothing can be learned of them but by heart. */
export const noise = {
  name: "noise",
  summary: "Targets are noise alone, independent of the inputs.",
  options,
  sizes: { inputs: 128, outputs: 10 },
  prepare: () => (_inputs, targets) => void targets.fill(0),
} as const satisfies Rule<typeof options>;
