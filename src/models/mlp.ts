import * as z from "zod";
import { sizeOf } from "../network/shapes.ts";
import type { Activation, LayerSpec } from "../network/specification.ts";
import { defineModel } from "./model.ts";
import { activationSchema, MOST_LAYERS, unitsSchema } from "./options.ts";

export const mlp = defineModel({
  name: "mlp",
  summary: "Fully connected network: hidden layers of the given sizes, then the output layer.",
  options: z.strictObject({
    hidden: z
      .array(unitsSchema)
      .max(MOST_LAYERS)
      .default([300, 100])
      .describe("Units of each hidden layer; an empty list is linear or softmax regression."),
    activation: activationSchema,
  }),
  layers: ({ hidden, activation }, inputShape, outputs) => mlpLayers(hidden, activation, inputShape, outputs),
});

/** LeCun et al. 1998's 784-300-100-10, with ReLU as in Han et al. 2015 and the pruning papers since. */
export const lenet300100 = defineModel({
  name: "lenet-300-100",
  summary: "The mlp with hidden layers of 300 and 100 units and ReLU, as in the pruning literature.",
  options: z.strictObject({}),
  layers: (_options, inputShape, outputs) => mlpLayers([300, 100], "relu", inputShape, outputs),
});

/** A flatten where the examples are not flat, and the dense layers. */
export function mlpLayers(
  hidden: readonly number[],
  activation: Activation,
  inputShape: readonly number[],
  outputs: number,
): LayerSpec[] {
  const flatten: LayerSpec[] = inputShape.length === 1 ? [] : [{ kind: "flatten" }];
  return [...flatten, ...denseLayers(sizeOf(inputShape), hidden, activation, outputs)];
}

/** fc1, fc2, ...: hidden layers, each with its activation, and the output layer without one. */
export function denseLayers(
  inputs: number,
  hidden: readonly number[],
  activation: Activation,
  outputs: number,
): LayerSpec[] {
  const sizes = [inputs, ...hidden];
  return [...hidden, outputs].flatMap((units, i): LayerSpec[] => {
    const dense = { kind: "dense", name: `fc${i + 1}`, inputs: sizes[i] as number, outputs: units } as const;
    return i < hidden.length ? [dense, { kind: "activation", activation }] : [dense];
  });
}
