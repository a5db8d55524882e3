import * as z from "zod";
import type { Metric } from "../../../metrics/metric.ts";
import { metrics } from "../../../metrics/registry.ts";
import { functionField, kindOf, textField } from "./kind.ts";

const figure = z.union([textField, functionField], "expected the name of a column, or a function of a row");

export const metric = kindOf<Metric>(
  metrics,
  {
    tasks: z.array(z.enum(["classification", "regression"])).min(1),
    noun: textField,
    better: z.enum(["higher", "lower"]),
    scale: z.number(),
    unit: z.string().max(12),
    digits: z.strictObject({
      kind: z.enum(["decimals", "significant"]),
      coarse: z.int().min(0),
      fine: z.int().min(0),
    }),
    axis: z.enum(["error", "value", "linear"]),
    bounds: z.strictObject({ lowest: z.number().nullable(), highest: z.number().nullable() }).optional(),
    figures: z.strictObject({ baseline: figure, pruned: figure, recovered: figure }),
    history: z.strictObject({ validation: figure.optional(), training: figure.optional() }),
    difference: z.strictObject({
      kind: z.enum(["absolute", "relative"]),
      one: textField,
      many: textField,
      name: textField,
      setback: textField,
      words: z.strictObject({ worse: textField, better: textField }),
      tolerance: z.number().min(0),
      margin: z.number().min(0),
      coarse: z.number().min(0),
      assumedDeviation: z.number().min(0),
    }),
    good: textField,
    testSet: z
      .strictObject({
        name: textField,
        variance: functionField,
        cautious: functionField,
        resolution: functionField.optional(),
        interval: functionField.optional(),
      })
      .optional(),
  },
  // What a plugin measures is what its results are judged by.
  { place: "first" },
);
