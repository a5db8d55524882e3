import * as z from "zod";

/** Options that several criteria share. */

export const examplesSchema = examplesUnlessTold(1000);

export function examplesUnlessTold(number: number) {
  return z
    .int()
    .min(1)
    .max(100_000)
    .default(number)
    .describe(
      "Training examples that are looked at, drawn by the run's seed; all of them when there are fewer.",
    );
}

/** Of criteria that learn something from the examples, batch by batch. */
export const learningExamplesSchema = z
  .int()
  .min(1)
  .max(1_000_000)
  .default(10_000)
  .describe(
    "Training examples that are learned from, drawn by the run's seed; all of them when there are fewer.",
  );

export const batchSchema = z.int().min(1).max(4096).default(100).describe("Examples in one step.");

export const stepsSchema = z
  .int()
  .min(1)
  .max(100_000)
  .default(300)
  .describe("Steps of learning; the examples are gone through again where there are too few.");

export const gateRateSchema = z
  .number()
  .positive()
  .default(0.05)
  .describe("Adam's learning rate for the numbers that open the gates.");

export const penaltySchema = z
  .number()
  .nonnegative()
  .default(1e-4)
  .describe("What each open gate adds to the mean loss, in expectation.");

/** The first and the end of each step's examples; no batch has examples of two rounds. */
export function* batchesOf(examples: number, batchSize: number, steps: number): Generator<[number, number]> {
  const batches = Math.ceil(examples / batchSize);
  for (let step = 0; step < steps; step++) {
    const from = (step % batches) * batchSize;
    yield [from, Math.min(from + batchSize, examples)];
  }
}

/** Forward passes of one example that the gradients of these steps take. */
export function learningPasses(
  { batchSize, steps }: { readonly batchSize: number; readonly steps: number },
  examples: number,
): number {
  let passes = 0;
  for (const [from, to] of batchesOf(examples, batchSize, steps)) passes += 3 * (to - from);
  return passes;
}

/** Of criteria that weigh all values against one another by the gradients of single examples. */
export const surgeonOptions = {
  examples: examplesSchema,
  dampening: z
    .number()
    .positive()
    .max(1e6)
    .default(1e-3)
    .describe("What is added to the diagonal of the empirical Fisher information."),
  updateScale: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("What the update of the weights that are kept is multiplied by; 0: they stay as they are."),
};
