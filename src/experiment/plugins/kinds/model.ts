import * as z from "zod";
import type { ResultCheck } from "../../../foundations/plugin-member.ts";
import { defineModel, type ModelEntry } from "../../../models/model.ts";
import { models } from "../../../models/registry.ts";
import { layerOutputShapes } from "../../../network/shapes.ts";
import type { LayerSpec } from "../../../network/specification.ts";
import { functionField, kindOf, optionsField, problemIn, textField } from "./kind.ts";

const size = z.int().min(1);
const bias = z.literal(false).optional();
const layerList = z
  .array(
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("dense"), name: textField, inputs: size, outputs: size, bias }),
      z.strictObject({
        kind: z.literal("conv2d"),
        name: textField,
        inChannels: size,
        outChannels: size,
        kernelHeight: size,
        kernelWidth: size,
        stride: size,
        padding: z.int().min(0),
        bias,
      }),
      z.strictObject({ kind: z.literal("max-pool"), size, stride: size }),
      z.strictObject({ kind: z.literal("flatten") }),
      z.strictObject({ kind: z.literal("activation"), activation: z.enum(["relu", "sigmoid", "tanh"]) }),
    ]),
  )
  .min(1);

const layers: ResultCheck = (
  result: unknown,
  _options: unknown,
  inputShape: readonly number[],
  outputs: number,
) => {
  const problem = problemIn(layerList, result, "a list of layers");
  if (problem !== undefined) return problem;
  const given = result as readonly LayerSpec[];
  const names = given.flatMap((layer) => ("name" in layer ? [layer.name] : []));
  if (new Set(names).size < names.length) return "a name of its own for each layer";
  try {
    layerOutputShapes({ inputShape, layers: given, loss: "mean-squared-error" });
  } catch (error) {
    return `layers that fit each other (${error instanceof Error ? error.message : error})`;
  }
  const last = given.at(-1);
  return last?.kind === "dense" && last.outputs === outputs
    ? undefined
    : `a dense layer with ${outputs} outputs as the last`;
};

export const model = kindOf(
  models,
  {
    options: optionsField,
    layers: functionField,
    // Their layers take no tokens.
    readsTokens: z.undefined().optional(),
    resolve: functionField.optional(),
  },
  { results: { layers }, complete: (entry: ModelEntry) => defineModel(entry) },
);
