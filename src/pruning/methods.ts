import * as z from "zod";
import { didYouMean } from "../foundations/suggest.ts";
import { type AllocationName, allocations } from "./allocations/registry.ts";
import { type CriterionName, criteria } from "./criteria/registry.ts";

/** What is removed at once. */
export type Structure = "weight";

/** A pruning method: a name for a point on the axes criterion, allocation and structure. */
export interface Method {
  readonly name: string;
  readonly summary: string;
  readonly criterion: CriterionName;
  readonly allocation: AllocationName;
  readonly structure: Structure;
}

export const methods = [
  {
    name: "l1-unstructured",
    summary: "The smallest weights of each layer, the same fraction everywhere.",
    criterion: "magnitude",
    allocation: "uniform",
    structure: "weight",
  },
  {
    name: "global-magnitude",
    summary: "The smallest weights of the whole network.",
    criterion: "magnitude",
    allocation: "global",
    structure: "weight",
  },
  {
    name: "random-unstructured",
    summary: "Random weights, the same fraction in every layer.",
    criterion: "random",
    allocation: "uniform",
    structure: "weight",
  },
  {
    name: "random-global",
    summary: "Random weights of the whole network.",
    criterion: "random",
    allocation: "global",
    structure: "weight",
  },
] as const satisfies readonly Method[];

type MethodName = (typeof methods)[number]["name"];
const methodNames: readonly MethodName[] = methods.map(({ name }) => name);

const namedSchema = z.enum(methodNames).describe("A named method.");

const combinationSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
        "use letters, digits, dots, dashes and underscores: it names files.",
      )
      .refine((name) => !methods.some((method) => method.name === name), {
        error: ({ input }) => `'${input}' is a method already: write just its name, or choose another.`,
      })
      .describe("What the method is called in results, charts and checkpoints."),
    criterion: z.enum(criteria.map(({ name }) => name)).describe("How important a weight is."),
    allocation: z.enum(allocations.map(({ name }) => name)).describe("How the budget is spread over layers."),
    structure: z.literal("weight").default("weight").describe("What is removed at once."),
  })
  .describe("A criterion and an allocation combined under a name of your own.");

/** A method in the config: the name of a registered one, or a combination of the axes with its own name. */
export const methodSchema = z.union([namedSchema, combinationSchema], {
  error: ({ input }) => {
    const choices = methodNames.join(", ");
    if (typeof input !== "string")
      return `expected a method: ${choices}, or { name, criterion, allocation }.`;
    return `'${input}' is not one of ${choices}.${didYouMean(input, methodNames)}`;
  },
});

export type MethodOptions = z.output<typeof methodSchema>;

/** The method that an entry of `prune.methods` means. */
export function resolveMethod(options: MethodOptions): Method {
  if (typeof options !== "string") {
    return { ...options, summary: `Criterion ${options.criterion}, allocation ${options.allocation}.` };
  }
  const method = methods.find(({ name }) => name === options);
  if (method === undefined) throw new RangeError(`no method is named '${options}'`);
  return method;
}
