import * as z from "zod";
import { sameName } from "../foundations/names.ts";
import { efforts, matches, narrower, shapes } from "./constructions/narrower.ts";
import type { MethodOptions } from "./methods.ts";

const someOf = <const Value extends string>(values: readonly Value[], fallback: NoInfer<Value>[]) =>
  z
    .array(z.enum(values))
    .min(1)
    .refine((list) => new Set(list).size === list.length, "each once.")
    .default(fallback);

/** The section `prune.search` of the config: a grid over the options of `narrower`. */
export const searchSchema = z
  .strictObject({
    match: someOf(matches, ["parameters"]).describe(
      "What the dense networks have at most as many of as the pruned ones.",
    ),
    shapes: someOf(shapes, ["even"]).describe("How hidden layers are made narrower."),
    efforts: someOf(efforts, ["epochs", "compute"]).describe("How long the networks are trained."),
  })
  .describe(
    "A search over dense networks of the size that pruning leaves, trained from scratch: each choice is a method, narrower-..., which is added to prune.methods.",
  );

export type Search = z.output<typeof searchSchema>;

/** The methods that a search is made of: the construction `narrower` with each of the choices. */
export function searchedMethods({ match, shapes, efforts }: Search): Exclude<MethodOptions, string>[] {
  return match.flatMap((matched) =>
    shapes.flatMap((shape) =>
      efforts.map((effort) => ({
        name: `narrower-${matched}-${shape}-${effort}`,
        construction: { name: narrower.name, match: matched, shape, effort },
      })),
    ),
  );
}

/** Methods with those of a search behind them that are not among them. */
export function withSearched(methods: readonly MethodOptions[], search: Search | undefined): MethodOptions[] {
  const searched = search === undefined ? [] : searchedMethods(search);
  return [...methods, ...searched.filter(({ name }) => !methods.some((method) => isNamed(method, name)))];
}

export function isNamed(method: MethodOptions, name: string): boolean {
  return sameName(typeof method === "string" ? method : method.name, name);
}
