import * as z from "zod";
import type { RandomStream } from "../../foundations/random.ts";

/** How many numbers an example has. */
export interface Sizes {
  readonly inputs: number;
  readonly outputs: number;
}

/** How targets follow from inputs: `noise`, `linear`, ... A config chooses one by name, with its options. */
export interface Rule<Options extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  /** With the name, and the standard deviation of the noise that is added to every target. */
  readonly options: Options;
  /** Where the config leaves them open. */
  readonly sizes: Sizes;
  /** What sizes it needs, to follow "needs"; undefined where these do. */
  sizeFault?(sizes: Sizes): string | undefined;
  /** Draws the inputs of one example; standard normal where it is absent. */
  drawInputs?(stream: RandomStream, inputs: Float64Array): void;
  /** Draws what all examples share, and returns the function that fills `targets` from `inputs`, without noise. */
  prepare(
    options: z.output<Options>,
    sizes: Sizes,
    stream: RandomStream,
  ): (inputs: Float64Array, targets: Float64Array) => void;
}

/** The option that every rule has. */
export function noiseOption(fallback: number) {
  return z
    .number()
    .min(0)
    .default(fallback)
    .describe("Standard deviation of the normal noise that is added to every target.");
}

/** A matrix of normal weights with variance 1 / inputs, [outputs, inputs]: sums of standard normal inputs have variance 1. */
export function normalWeights({ inputs, outputs }: Sizes, stream: RandomStream): Float64Array {
  const scale = 1 / Math.sqrt(inputs);
  return Float64Array.from({ length: outputs * inputs }, () => scale * stream.normal());
}

/** outputs = weights x inputs. */
export function multiply(weights: Float64Array, inputs: Float64Array, outputs: Float64Array): void {
  for (let output = 0; output < outputs.length; output++) {
    let sum = 0;
    const row = output * inputs.length;
    for (let i = 0; i < inputs.length; i++) sum += (weights[row + i] as number) * (inputs[i] as number);
    outputs[output] = sum;
  }
}
