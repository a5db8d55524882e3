import * as z from "zod";
import { parameterSpecs } from "../../network/parameters.ts";
import { defineConstruction } from "../construction.ts";

/** The control for scores that reward sparsity: the most that can be had without any network. */
export const zero = defineConstruction({
  name: "zero",
  summary: "Nothing is left, and every output is 0: the control for scores that reward sparsity.",
  options: z.strictObject({}),
  masks: ({ spec }) => new Map(parameterSpecs(spec).map(({ name, size }) => [name, new Uint8Array(size)])),
  values: ({ spec }) => new Map(parameterSpecs(spec).map(({ name, size }) => [name, new Float32Array(size)])),
});
