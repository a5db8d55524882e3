import type * as z from "zod";
import type { LayerSpec } from "../network/specification.ts";

/** A registered model. Its options are the config's `model:` mapping without `name` and `initializer`. */
export interface ModelEntry<Options extends z.ZodObject = z.ZodObject, Name extends string = string> {
  readonly name: Name;
  readonly summary: string;
  readonly options: Options;
  /**
   * The layers for examples of `inputShape` and `outputs` output units (the last layer is dense, without an
   * activation). Throws a PruneLabError of kind `input` when the model does not fit the examples.
   */
  layers(options: z.output<Options>, inputShape: readonly number[], outputs: number): LayerSpec[];
}

/** Types a model's entry by its own name and options. */
export function defineModel<const Name extends string, Options extends z.ZodObject>(
  entry: ModelEntry<Options, Name>,
): ModelEntry<Options, Name> {
  return entry;
}
