import * as z from "zod";

/** Options that several schedules share. */

export function deadInputsSchema(standard: "avoid" | "take") {
  return z
    .enum(["avoid", "take"])
    .default(standard)
    .describe(
      "Weights of inputs that are 0 in all training examples, as those of the corners of MNIST's images: avoid prunes them first, and grows none of them.",
    );
}

/** When weights are dropped and grown. */
export function updatesSchema({ every, drop, until }: Readonly<Record<"every" | "drop" | "until", number>>) {
  return {
    every: z.int().min(1).default(every).describe("Optimizer steps between two updates of the mask."),
    drop: z
      .number()
      .gt(0)
      .lte(1)
      .default(drop)
      .describe("Part of the kept weights that an update drops; with decay cosine, that the first would."),
    until: z
      .number()
      .gt(0)
      .lte(1)
      .default(until)
      .describe("After this part of the training the mask stays as it is."),
  };
}

export function decaySchema(standard: "cosine" | "constant") {
  return z
    .enum(["cosine", "constant"])
    .default(standard)
    .describe("Whether later updates drop less: cosine falls from drop to 0.");
}

export function growthExamplesSchema(standard: number) {
  return z
    .int()
    .min(1)
    .max(100_000)
    .default(standard)
    .describe("Training examples, drawn anew for each update, whose gradients say what grows.");
}
