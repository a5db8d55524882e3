import * as z from "zod";
import type { EntryWithOptions } from "../foundations/registry.ts";
import type { LayerSpec } from "../network/specification.ts";
import { initializerSchema } from "./initializers.ts";

const initializer = initializerSchema.prefault({ name: "pytorch" });
// Not a default that is filled in: the recorded settings of a network with biases stay as they were without the option.
const bias = z
  .boolean()
  .optional()
  .describe("Whether layers have biases; false: they have weights alone. Default: true.");

/** A registered model. Its options are the config's `model:` mapping without `name`. */
export interface ModelEntry<Options extends z.ZodObject = z.ZodObject, Name extends string = string>
  extends EntryWithOptions<Options> {
  readonly name: Name;
  /**
   * The layers for examples of `inputShape` and `outputs` output units (the last layer is dense, without an
   * activation). Throws a PruneLabError of kind `input` when the model does not fit the examples.
   */
  layers(options: z.output<Options>, inputShape: readonly number[], outputs: number): LayerSpec[];
}

/**
 * A model's entry. Its options get what every model has and `layers` does not depend on: `bias`, which `buildNetwork`
 * sees to, and `initializer`.
 */
export function defineModel<const Name extends string, Shape extends z.ZodRawShape>(
  entry: ModelEntry<z.ZodObject<Shape>, Name>,
) {
  const options = z.strictObject({ ...entry.options.shape, bias, initializer });
  return { ...entry, options };
}
