import * as z from "zod";
import { defineAllocation, type UnitCount } from "../allocation.ts";
import { roundHalfToEven } from "../top-k.ts";
import { countByPrice } from "./by-price.ts";

/**
 * Layers as the user says: some have a sparsity of their own, the others share the rest of the budget by their relative
 * densities. A layer that would be more than dense is dense. Below the sparsity at which the others are all dense, those with
 * sparsities of their own approach them at the same pace.
 */
export const ratios = defineAllocation({
  name: "ratios",
  summary: "Layers of your choice have the sparsities or relative densities that you say.",
  paper: {
    citation: "Han et al. 2015, Learning both weights and connections for efficient neural networks",
    url: "https://arxiv.org/abs/1506.02626",
  },
  options: z.strictObject({
    sparsities: z
      .record(z.string(), z.number().min(0).max(1))
      .optional()
      .describe("The sparsities of some layers, by their names: { fc1: 0.95, output: 0.5 }."),
    densities: z
      .record(z.string(), z.number().gt(0))
      .optional()
      .describe("How dense some of the other layers are, by their names, where one that is not named has 1."),
  }),
  exact: "in total",
  layers: ({ sparsities = {}, densities = {} }) => [...Object.keys(sparsities), ...Object.keys(densities)],
  misfit: (tensors, budget, { sparsities = {} }) => {
    const most = tensors.map((tensor) => {
      const own = numberFor(sparsities, tensor);
      return own === undefined ? tensor.units : roundHalfToEven(own * tensor.units);
    });
    const [all, possible] = [tensors.map(({ units }) => units), most].map((counts) =>
      counts.reduce((sum, count) => sum + count, 0),
    ) as [number, number];
    if (budget <= possible || budget === all) return undefined;
    return `with these sparsities ${possible} of ${all} can go at most, all of the other layers, and ${budget} are to go`;
  },
  counts: (request, { sparsities = {}, densities = {} }) => {
    const least = Math.min(1, ...Object.values(densities));
    return countByPrice(request, (unit, tensor) => {
      const units = tensor.scores.length;
      const own = numberFor(sparsities, tensor);
      // The other layers' units cost 1 to 2.
      if (own === undefined) return 1 + ((unit / units) * least) / (numberFor(densities, tensor) ?? 1);
      const kept = units - roundHalfToEven(own * units);
      return unit > kept ? 2 + (unit - kept) / (units - kept) : unit / kept;
    });
  },
});

/** What options have for the layer of a tensor, by its name or as `output`. */
function numberFor(
  values: Readonly<Record<string, number>>,
  { layer, isLast }: Pick<UnitCount, "layer" | "isLast">,
): number | undefined {
  return values[layer] ?? (isLast ? values.output : undefined);
}
