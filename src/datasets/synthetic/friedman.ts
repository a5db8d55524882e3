import * as z from "zod";
import type { RandomStream } from "../../foundations/random.ts";
import { noiseOption, type Rule, type Sizes } from "./rule.ts";

/**
 * The three functions of Friedman 1991, "Multivariate adaptive regression splines" (equations 56, 61 and 62), with uniform
 * inputs and, by default, his noise: of deviation 1, and a third of the signal's for the second and the third.
 */

const { PI } = Math;

type Inputs = [number, number, number, number, number];

const options1 = z.strictObject({ name: z.literal("friedman1"), noise: noiseOption(1) });

export const friedman1 = {
  name: "friedman1",
  summary:
    "10 sin(pi x1 x2) + 20 (x3 - 0.5)^2 + 10 x4 + 5 x5, inputs uniform over 0 to 1, of which others count for nothing.",
  options: options1,
  sizes: { inputs: 10, outputs: 1 },
  sizeFault: ({ inputs, outputs }) =>
    inputs < 5 || outputs !== 1 ? "at least 5 inputs and 1 output" : undefined,
  drawInputs: (stream, inputs) => {
    for (let i = 0; i < inputs.length; i++) inputs[i] = stream.uniform();
  },
  prepare: () => (inputs, targets) => {
    const [x1, x2, x3, x4, x5] = inputs as unknown as Inputs;
    targets[0] = 10 * Math.sin(PI * x1 * x2) + 20 * (x3 - 0.5) * (x3 - 0.5) + 10 * x4 + 5 * x5;
  },
} as const satisfies Rule<typeof options1>;

/** An alternating current circuit: resistance, angular frequency, inductance and capacitance (in millionths). */
const RANGES = [
  [0, 100],
  [40 * PI, 560 * PI],
  [0, 1],
  [1, 11],
] as const;

function drawCircuit(stream: RandomStream, inputs: Float64Array): void {
  for (const [i, [least, most]] of RANGES.entries()) inputs[i] = least + (most - least) * stream.uniform();
}

function circuitFault({ inputs, outputs }: Sizes): string | undefined {
  return inputs !== RANGES.length || outputs !== 1 ? `${RANGES.length} inputs and 1 output` : undefined;
}

/** The reactance, x2 x3 - 1 / (x2 x4), beside the resistance x1. */
function circuit(inputs: Float64Array): { readonly resistance: number; readonly reactance: number } {
  const [x1, x2, x3, x4] = inputs as unknown as Inputs;
  return { resistance: x1, reactance: x2 * x3 - 1 / (x2 * x4) };
}

const options2 = z.strictObject({ name: z.literal("friedman2"), noise: noiseOption(125) });

export const friedman2 = {
  name: "friedman2",
  summary: "The impedance of a circuit, sqrt(x1^2 + (x2 x3 - 1 / (x2 x4))^2).",
  options: options2,
  sizes: { inputs: 4, outputs: 1 },
  sizeFault: circuitFault,
  drawInputs: drawCircuit,
  prepare: () => (inputs, targets) => {
    const { resistance, reactance } = circuit(inputs);
    targets[0] = Math.sqrt(resistance * resistance + reactance * reactance);
  },
} as const satisfies Rule<typeof options2>;

const options3 = z.strictObject({ name: z.literal("friedman3"), noise: noiseOption(0.1) });

export const friedman3 = {
  name: "friedman3",
  summary: "The phase angle of a circuit, atan((x2 x3 - 1 / (x2 x4)) / x1).",
  options: options3,
  sizes: { inputs: 4, outputs: 1 },
  sizeFault: circuitFault,
  drawInputs: drawCircuit,
  prepare: () => (inputs, targets) => {
    const { resistance, reactance } = circuit(inputs);
    targets[0] = Math.atan(reactance / resistance);
  },
} as const satisfies Rule<typeof options3>;
