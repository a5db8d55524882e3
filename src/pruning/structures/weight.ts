import * as z from "zod";
import { defineStructure } from "../structure.ts";

/** Unstructured pruning: each weight by itself. */
export const weight = defineStructure({
  name: "weight",
  summary: "Single weights.",
  options: z.strictObject({}),
  units: () => undefined,
});
