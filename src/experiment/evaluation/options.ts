import * as z from "zod";
import { SEVERITIES } from "../../datasets/corruptions/corruption.ts";
import { corruptions } from "../../datasets/corruptions/registry.ts";
import { quote } from "../../foundations/quote.ts";

/** A list in which nothing stands twice. */
function distinct<Item extends z.ZodType<string | number>>(item: Item) {
  return z.array(item).superRefine((values, context) => {
    for (const [i, value] of values.entries()) {
      const first = values.indexOf(value);
      if (first === i) continue;
      context.addIssue({
        code: "custom",
        path: [i],
        message: `${value} is listed twice, first as entry ${first}.`,
      });
    }
  });
}

const corruptionSchema = z.enum(corruptions.names(), {
  error: ({ code, input }) =>
    code === "invalid_value" && typeof input === "string" ? corruptions.unknown(input) : undefined,
});

const severitySchema = z.literal(SEVERITIES, {
  error: ({ input }) => `${quote(input)} is no severity. Choices: ${SEVERITIES.join(", ")}.`,
});

/** The `evaluate` section of a config. */
export function evaluateSchema() {
  return z
    .strictObject({
      classes: z
        .boolean()
        .default(false)
        .describe("Accuracy of each class, before and after pruning: classes.csv."),
      calibration: z
        .boolean()
        .default(false)
        .describe(
          "Expected calibration error (15 bins of equal width over the confidence of the top class, Guo et al. 2017): columns of results.csv, and its bins in calibration.csv.",
        ),
      corruptions: distinct(corruptionSchema)
        .default([])
        .describe(
          "Second test sets: the test images damaged, the same for every seed and method. Accuracy and loss on each: corruptions.csv.",
        ),
      severities: distinct(severitySchema)
        .min(1)
        .default([...SEVERITIES])
        .describe("How much damage; 1 is the least. Each corruption is tested at each."),
      // Not a default that is filled in: the runs of studies without it stay as they were.
      shrunk: z
        .literal(true)
        .optional()
        .describe(
          "Size and work of the network without its dead and constant units, as prune-lab shrink makes it: shrunk_parameters and shrunk_macs of results.csv, the layers of layers.csv, and a part of the report. Needs no tests.",
        ),
      weights: z
        .literal(true)
        .optional()
        .describe(
          "Smallest, largest, mean and standard deviation of the prunable weights, all together and by layer, before pruning and after recovery: weights.csv and a part of the report. Also the histograms of every layer, of a network with many of them too. Needs no tests.",
        ),
      sweetSpot: z
        .literal(true)
        .optional()
        .describe(
          "The sparsity of each method from which its accuracy falls steeply (the knee of its curve), chosen on validation examples, or on half of the test texts, and tested on the others: sweet-spots.csv and a part of the report. Needs no tests.",
        ),
    })
    .refine(
      ({ classes, calibration, corruptions, shrunk, weights, sweetSpot }) =>
        classes || calibration || shrunk || weights || sweetSpot || corruptions.length > 0,
      {
        error:
          "it measures nothing. Set classes, calibration, shrunk, weights or sweetSpot to true, or list corruptions.",
      },
    )
    .optional()
    .describe(
      "What else is measured on the test set, of the dense network, after pruning and after recovery, or counted; nothing unless given. It changes no result; runs are computed again to measure it.",
    );
}

export type EvaluateOptions = NonNullable<z.output<ReturnType<typeof evaluateSchema>>>;
