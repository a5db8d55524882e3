import * as z from "zod";
import type { EntryWithOptions } from "../foundations/registry.ts";
import type { LayerSpec } from "../network/specification.ts";
import { initializerSchema } from "./initializers.ts";

// Not a default that is filled in: the recorded settings of a network with biases stay as they were without the option.
const bias = z
  .boolean()
  .optional()
  .describe("Whether layers have biases; false: they have weights alone. Default: true.");

/** A model with what its options name. */
export interface ResolvedModel<Options> {
  /** With what was found, so that the network can be built without it. */
  readonly options: Options;
  /** The folder that it comes from, with whatever belongs to it. */
  readonly folder?: string;
  /** The safetensors file that its training starts from, unless the study names one. */
  readonly weights?: string;
}

/** A registered model. Its options are the config's `model:` mapping without `name`. */
export interface ModelEntry<Options extends z.ZodObject = z.ZodObject, Name extends string = string>
  extends EntryWithOptions<Options> {
  readonly name: Name;
  /** It takes texts: examples that are sequences of tokens. */
  readonly readsTokens?: true;
  /**
   * Reads what the options name before the network is built, as when a study is prepared. Throws a PruneLabError of kind
   * `input` for what is missing or cannot be read.
   */
  resolve?(
    options: z.output<Options>,
    context: { readonly dataDir: string | undefined },
  ): Promise<ResolvedModel<z.output<Options>>>;
  /**
   * The layers for examples of `inputShape` and `outputs` output units (the last layer is dense, without an
   * activation). Throws a PruneLabError of kind `input` when the model does not fit the examples.
   */
  layers(options: z.output<Options>, inputShape: readonly number[], outputs: number): LayerSpec[];
}

/**
 * A model's entry. Its options get what every model has and `layers` does not depend on: `bias`, which `buildNetwork`
 * sees to, and `initializer`, with the one that it has by default.
 */
export function defineModel<const Name extends string, Shape extends z.ZodRawShape>(
  entry: ModelEntry<z.ZodObject<Shape>, Name>,
  byDefault: "pytorch" | "normal" = "pytorch",
) {
  const initializer = initializerSchema.prefault({ name: byDefault });
  const options = z.strictObject({ ...entry.options.shape, bias, initializer });
  return { ...entry, options };
}
