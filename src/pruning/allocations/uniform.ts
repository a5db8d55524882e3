import * as z from "zod";
import { defineAllocation } from "../allocation.ts";
import { roundHalfToEven } from "../top-k.ts";

/** Every tensor loses the same fraction. */
export const uniform = defineAllocation({
  name: "uniform",
  summary: "The same sparsity in every layer.",
  options: z.strictObject({}),
  exact: "in each tensor",
  counts: ({ tensors, sparsity }) => tensors.map(({ scores }) => roundHalfToEven(sparsity * scores.length)),
});
