import * as z from "zod";

/**
 * The part of the config that says how networks are trained, as zod schemas: types, defaults and texts come
 * from here alone.
 */

const learningRate = z.number().positive().describe("How far one step moves the parameters.");
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
      beta1: z.number().min(0).lt(1).default(0.9).describe("Decay of the running mean of the gradient."),
      beta2: z
        .number()
        .min(0)
        .lt(1)
        .default(0.999)
        .describe("Decay of the running mean of the squared gradient."),
      epsilon: z
        .number()
        .positive()
        .default(1e-8)
        .describe("Added to the divisor, against division by zero."),
      weightDecay,
    }),
    z
      .strictObject({
        name: z.literal("sgd"),
        learningRate: learningRate.default(0.1),
        momentum: z.number().min(0).lt(1).default(0).describe("Momentum, as torch.optim.SGD defines it."),
        // Not a default that is filled in: the recorded settings of trainings without it stay as they were.
        nesterov: z
          .boolean()
          .optional()
          .describe("Nesterov's momentum, as torch.optim.SGD defines it; needs a momentum. Default: false."),
        weightDecay,
      })
      .refine(({ nesterov, momentum }) => !nesterov || momentum > 0, {
        path: ["nesterov"],
        error: "Nesterov's momentum needs a momentum above 0: write momentum: 0.9, say.",
      }),
  ])
  .describe("What updates the parameters in each step.");

export const learningRateScheduleSchema = z
  .discriminatedUnion("name", [
    z.strictObject({ name: z.literal("constant") }),
    z.strictObject({
      name: z.literal("step"),
      every: z.int().positive().describe("Epochs after which the learning rate drops."),
      factor: z
        .number()
        .positive()
        .lte(1)
        .default(0.1)
        .describe("What the learning rate is multiplied by at each drop."),
    }),
    z.strictObject({
      name: z.literal("cosine"),
      final: z
        .number()
        .min(0)
        .lte(1)
        .default(0)
        .describe("Learning rate at the end, as a fraction of learningRate."),
    }),
  ])
  .describe(
    "How the learning rate changes: constant; step (drops every so many epochs); cosine (falls with every step, from learningRate to a fraction of it).",
  );

const epochs = z.int().min(0).max(100_000).describe("Passes over the training examples.");
const batchSize = z
  .int()
  .min(1)
  .max(4096)
  .describe("Examples in one optimizer step; the last batch of an epoch may have fewer.");

/** Epochs of a training that does not say how many. */
const STANDARD_EPOCHS = 10;

export const trainSchema = z
  .strictObject({
    epochs: epochs
      .optional()
      .describe(
        `Passes over the training examples. Default: ${STANDARD_EPOCHS}; with from none, and 0 alone may be given.`,
      ),
    batchSize: batchSize.default(64),
    optimizer: optimizerSchema.prefault({ name: "adam" }),
    schedule: learningRateScheduleSchema.prefault({ name: "constant" }),
    from: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        "A safetensors file with the weights of the dense network, which is then not trained: in a data folder, or from the working folder.",
      ),
    names: z
      .record(z.string().max(1000), z.string().min(1).max(1000))
      .optional()
      .describe(
        "What that file calls the tensors, where it does not call them as prune-lab does: { fc1.weight: layers.0.weight }.",
      ),
  })
  .superRefine(({ epochs, from, names }, context) => {
    const refuse = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [key], message });
    if (from !== undefined && epochs !== undefined && epochs !== 0) {
      refuse("epochs", "a network whose weights are read (train.from) is not trained: leave it out.");
    }
    if (from === undefined && names !== undefined)
      refuse("names", "are those in a file: train.from names none.");
  })
  .transform(({ epochs, ...settings }) => ({
    epochs: epochs ?? (settings.from === undefined ? STANDARD_EPOCHS : 0),
    ...settings,
  }))
  .describe("How the dense network is trained, before anything is pruned; one network for each seed.");

/** The training of what is pruned before it or meanwhile. */
export const prunedTrainingSchema = z
  .strictObject({ epochs })
  .describe(
    "Training of the methods that prune before it or meanwhile (recovery train), from the first step on. With 20 epochs of train and 20 of finetune, 40 here are the same effort. Default: as train says.",
  );

export const finetuneSchema = z
  .strictObject({
    epochs: epochs.default(3),
    batchSize: batchSize.optional().describe("Default: that of train."),
    optimizer: optimizerSchema.optional().describe("Default: that of train, with its state cleared."),
    learningRate: z
      .array(z.number().positive())
      .min(1)
      .max(20)
      .refine((rates) => new Set(rates).size === rates.length, "each once.")
      .optional()
      .describe(
        "Learning rates to try in place of the optimizer's, for every recovery that trains: each method takes at each sparsity the one that is best on the validation examples, by the mean over the seeds.",
      ),
    schedule: learningRateScheduleSchema.optional().describe("Default: that of train, from its beginning."),
    select: z
      .enum(["last", "best"])
      .default("last")
      .describe(
        "Which epoch's weights are kept: the last, or the one with the best result on the validation examples.",
      ),
  })
  .describe("Training that follows pruning; pruned weights stay zero.");

export type Optimizer = z.output<typeof optimizerSchema>;
export type LearningRateSchedule = z.output<typeof learningRateScheduleSchema>;
export type TrainOptions = z.output<typeof trainSchema>;
export type FinetuneOptions = z.output<typeof finetuneSchema>;
