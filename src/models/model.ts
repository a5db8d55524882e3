import type * as z from "zod";
import type { LayerSpec } from "../engines/network-spec.ts";

/** A registered model. Its options are the config's `model:` mapping without `name` and `initializer`. */
export interface ModelEntry<Options extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  /**
   * The layers for examples of `inputShape` and `outputs` output units (the last layer is dense, without an
   * activation). Throws a PruneLabError of kind `input` when the model does not fit the examples.
   */
  layers(options: z.output<Options>, inputShape: readonly number[], outputs: number): LayerSpec[];
}
