import * as z from "zod";

/**
 * The part of the config that says how networks are trained, as zod schemas: types, defaults and texts come
 * from here alone.
 */

const learningRate = z.number().positive().describe("Step size of the optimizer.");
const weightDecay = z
  .number()
  .nonnegative()
  .default(0)
  .describe("L2 penalty: weightDecay x parameter is added to the gradient, as torch.optim does.");

export const optimizerSchema = z
  .discriminatedUnion("name", [
    z.strictObject({
      name: z.literal("adam"),
      learningRate: learningRate.default(0.001),
      beta1: z.number().min(0).lt(1).default(0.9).describe("Decay of the first moment."),
      beta2: z.number().min(0).lt(1).default(0.999).describe("Decay of the second moment."),
      epsilon: z.number().positive().default(1e-8).describe("Added to the root of the second moment."),
      weightDecay,
    }),
    z.strictObject({
      name: z.literal("sgd"),
      learningRate: learningRate.default(0.1),
      momentum: z.number().min(0).lt(1).default(0).describe("Momentum, as torch.optim.SGD defines it."),
      weightDecay,
    }),
  ])
  .describe("How parameters are updated.");

export const learningRateScheduleSchema = z
  .discriminatedUnion("name", [
    z.strictObject({ name: z.literal("constant") }),
    z.strictObject({
      name: z.literal("step"),
      every: z.int().positive().describe("Epochs between two drops."),
      factor: z.number().positive().lte(1).default(0.1).describe("What the learning rate is multiplied by."),
    }),
    z.strictObject({
      name: z.literal("cosine"),
      final: z
        .number()
        .min(0)
        .lte(1)
        .default(0)
        .describe("Fraction of the learning rate that is left at the end."),
    }),
  ])
  .describe(
    "Learning rate over the epochs: constant; step (by epoch); cosine (by step, from full to final).",
  );

const epochs = z.int().min(0).max(100_000).describe("Passes over the training examples.");
const batchSize = z
  .int()
  .min(1)
  .max(4096)
  .describe("Examples a step; the last batch of an epoch may be smaller.");

export const trainSchema = z
  .strictObject({
    epochs: epochs.default(10),
    batchSize: batchSize.default(64),
    optimizer: optimizerSchema.prefault({ name: "adam" }),
    schedule: learningRateScheduleSchema.prefault({ name: "constant" }),
  })
  .describe("Training of the dense baseline, once a seed.");

export const finetuneSchema = z
  .strictObject({
    epochs: epochs.default(3),
    batchSize: batchSize.optional().describe("Default: as in train."),
    optimizer: optimizerSchema.optional().describe("Default: as in train, started fresh."),
    schedule: learningRateScheduleSchema.optional().describe("Default: as in train, started anew."),
    select: z
      .enum(["last", "best"])
      .default("last")
      .describe("Which epoch counts: the last, or the best on validation data."),
  })
  .describe("Fine-tuning with the mask held, after pruning.");

export type Optimizer = z.output<typeof optimizerSchema>;
export type LearningRateSchedule = z.output<typeof learningRateScheduleSchema>;
export type TrainOptions = z.output<typeof trainSchema>;
export type FinetuneOptions = z.output<typeof finetuneSchema>;
