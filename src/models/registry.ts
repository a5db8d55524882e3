import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { parameterSpecs } from "../network/parameters.ts";
import type { Loss, NetworkSpec } from "../network/specification.ts";
import { cnn, lenet5 } from "./cnn.ts";
import { initializerSchema } from "./initializers.ts";
import { lenet300100, mlp } from "./mlp.ts";
import type { ModelEntry } from "./model.ts";

/** A model and its `model:` mapping in the config. */
function register<Name extends string, Options extends z.ZodObject>(entry: ModelEntry<Options, Name>) {
  const schema = z.strictObject({
    name: z.literal(entry.name).describe(entry.summary),
    ...(entry.options.shape as Options["shape"]),
    initializer: initializerSchema.prefault({ name: "pytorch" }),
  });
  return { entry, schema };
}

const [first, ...others] = [register(mlp), register(cnn), register(lenet300100), register(lenet5)] as const;

export const models: readonly ModelEntry[] = [first, ...others].map(({ entry }) => entry);

export const modelSchema = z
  .discriminatedUnion("name", [first.schema, ...others.map(({ schema }) => schema)])
  .describe("The network that is trained and pruned.");

export type ModelOptions = z.output<typeof modelSchema>;

/** Values in one tensor that every engine can index and hold: 1 GiB of 32-bit floats. */
const largestTensor = 2 ** 28;

/**
 * The network of a config's `model:` mapping for examples of `inputShape` ([features], or [channels, height,
 * width]) and `outputs` classes or target values. Its layers are named conv1, conv2, ..., fc1, fc2, ...
 * Throws a PruneLabError of kind `input` when the model does not fit the examples.
 */
export function buildNetwork(
  options: ModelOptions,
  inputShape: readonly number[],
  outputs: number,
  loss: Loss,
): NetworkSpec {
  const entry = models.find(({ name }) => name === options.name);
  if (entry === undefined) throw new RangeError(`no model is named '${options.name}'`);
  const spec: NetworkSpec = { inputShape, layers: entry.layers(options, inputShape, outputs), loss };
  const tooLarge = parameterSpecs(spec).find(({ size }) => size > largestTensor);
  if (tooLarge !== undefined) {
    const { name, shape, size } = tooLarge;
    throw inputError(
      `model '${options.name}': ${name} would hold ${shape.join("x")} = ${size} values, ` +
        `more than the ${largestTensor} of the largest tensor.`,
    );
  }
  return spec;
}
