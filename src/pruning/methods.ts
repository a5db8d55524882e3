import * as z from "zod";
import { nameSchema, sameName } from "../foundations/names.ts";
import { quote } from "../foundations/quote.ts";
import { type EntryWithOptions, type Paper, Registry } from "../foundations/registry.ts";
import { allocations } from "./allocations/registry.ts";
import { constructions } from "./constructions/registry.ts";
import { methodControl, methodControls } from "./controls/registry.ts";
import { criteria } from "./criteria/registry.ts";
import { type AnyMethod, type Axis, axes, axisSchema, type Chosen, type Method, targets } from "./method.ts";
import { quantizationSchema } from "./quantization/quantization.ts";
import { recoveries } from "./recoveries/registry.ts";
import { schedules } from "./schedules/registry.ts";
import { structures } from "./structures/registry.ts";

const whole = { structure: { name: "weight" }, schedule: { name: "one-shot" } } as const;
const globalMagnitude = {
  criterion: { name: "magnitude" },
  allocation: { name: "global" },
  structure: { name: "weight" },
} as const;
const randomErk = {
  criterion: { name: "random" },
  allocation: { name: "erk" },
  structure: { name: "weight" },
} as const;

/** A member of an axis with the options that it has unless told otherwise. */
function standard(registry: Registry<EntryWithOptions>, name: string): Chosen {
  return { name, ...registry.named(name).options.parse({}) };
}

/** The paper of the member that makes a method what it is. */
function paperOf(registry: Registry<EntryWithOptions>, name: string): Paper {
  const { paper } = registry.named(name);
  if (paper === undefined) throw new Error(`the ${registry.kind} ${name} names no paper`);
  return paper;
}

const globallyAtInitialization = {
  allocation: { name: "global" },
  structure: { name: "weight" },
  schedule: standard(schedules, "early"),
  recovery: { name: "train" },
} as const;

/** The methods that a config can call by their names alone. */
export const methods = new Registry<Method>(
  "method",
  [
    {
      name: "l1-unstructured",
      summary: "The smallest weights of each layer, the same fraction everywhere.",
      paper: paperOf(criteria, "magnitude"),
      criterion: { name: "magnitude" },
      allocation: { name: "uniform" },
      ...whole,
    },
    {
      name: "global-magnitude",
      summary: "The smallest weights of the whole network.",
      paper: paperOf(allocations, "global"),
      criterion: { name: "magnitude" },
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "random-unstructured",
      summary: "Random weights, the same fraction in every layer.",
      paper: paperOf(criteria, "random"),
      criterion: { name: "random" },
      allocation: { name: "uniform" },
      ...whole,
    },
    {
      name: "random-global",
      summary: "Random weights of the whole network.",
      paper: paperOf(criteria, "random"),
      criterion: { name: "random" },
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "random-bernoulli",
      summary: "Random weights, each by its own coin: the sparsity varies round its target.",
      paper: paperOf(allocations, "bernoulli"),
      criterion: { name: "random" },
      allocation: { name: "bernoulli" },
      ...whole,
    },
    {
      name: "erk-magnitude",
      summary: "The smallest weights of each layer, small layers kept denser (Erdos-Renyi with kernels).",
      paper: paperOf(allocations, "erk"),
      criterion: { name: "magnitude" },
      allocation: { name: "erk" },
      ...whole,
    },
    {
      name: "lamp",
      summary: "The smallest weights relative to the larger ones of their layer, of the whole network.",
      paper: paperOf(allocations, "lamp"),
      criterion: { name: "magnitude" },
      allocation: { name: "lamp" },
      ...whole,
    },
    {
      name: "igq",
      summary: "The smallest weights of each layer, large layers compressed most (ideal gas quotas).",
      paper: paperOf(allocations, "igq"),
      criterion: { name: "magnitude" },
      allocation: { name: "igq" },
      ...whole,
    },
    {
      name: "taylor",
      summary: "Weights whose removal changes the loss the least, to first order.",
      paper: paperOf(criteria, "taylor"),
      criterion: standard(criteria, "taylor"),
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "wanda",
      summary:
        "Weights that are small times the norm of their inputs, the same fraction of every neuron and filter.",
      paper: paperOf(criteria, "wanda"),
      criterion: standard(criteria, "wanda"),
      allocation: { name: "uniform" },
      structure: { name: "weight-per-output" },
      schedule: { name: "one-shot" },
    },
    {
      name: "optimal-brain-damage",
      summary: "Weights whose removal changes the loss the least, to second order.",
      paper: paperOf(criteria, "optimal-brain-damage"),
      criterion: standard(criteria, "optimal-brain-damage"),
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "woodfisher",
      summary:
        "Weights that the others can make up for best, to second order; and the others make up for them.",
      paper: paperOf(criteria, "woodfisher"),
      criterion: standard(criteria, "woodfisher"),
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "cbs",
      summary: "Weights that cancel one another, found by exchanges; and the others make up for them.",
      paper: paperOf(criteria, "cbs"),
      criterion: standard(criteria, "cbs"),
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "movement",
      summary: "Weights that move towards 0 over some steps of training.",
      paper: paperOf(criteria, "movement"),
      criterion: standard(criteria, "movement"),
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "learned-mask",
      summary: "Weights before which a trained mask is shut the most often.",
      paper: paperOf(criteria, "learned-mask"),
      criterion: standard(criteria, "learned-mask"),
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "l0",
      summary: "Weights before which a gate, trained with a penalty on open ones, is shut.",
      paper: paperOf(criteria, "l0"),
      criterion: standard(criteria, "l0"),
      allocation: { name: "global" },
      ...whole,
    },
    {
      name: "2-of-4",
      summary: "The smallest 2 of every 4 weights that follow one another, which sparse tensor cores skip.",
      paper: {
        citation: "Mishra et al. 2021, Accelerating sparse deep neural networks",
        url: "https://arxiv.org/abs/2104.08378",
      },
      criterion: { name: "magnitude" },
      allocation: { name: "uniform" },
      structure: { name: "n-of-m", n: 2, m: 4 },
      schedule: { name: "one-shot" },
    },
    {
      name: "ln-structured",
      summary: "Neurons and filters with the smallest L2 norms, the same fraction in every layer.",
      paper: paperOf(structures, "neuron"),
      criterion: { name: "magnitude" },
      allocation: { name: "uniform" },
      structure: { name: "neuron", norm: "l2" },
      schedule: { name: "one-shot" },
    },
    {
      name: "snip",
      summary: "Before the training: weights whose removal changes the loss the least, to first order.",
      paper: paperOf(schedules, "early"),
      criterion: standard(criteria, "taylor"),
      ...globallyAtInitialization,
    },
    {
      name: "grasp",
      summary: "Before the training: weights that the flow of gradients needs the least.",
      paper: paperOf(criteria, "grasp"),
      criterion: standard(criteria, "grasp"),
      ...globallyAtInitialization,
    },
    {
      name: "synflow",
      summary: "Before the training, without data: weights that carry the least flow, in rounds.",
      paper: paperOf(criteria, "synflow"),
      criterion: standard(criteria, "synflow"),
      ...globallyAtInitialization,
    },
    {
      name: "gradual-magnitude",
      summary: "The smallest weights of the whole network, more and more while it is trained.",
      paper: paperOf(schedules, "gradual"),
      ...globalMagnitude,
      schedule: standard(schedules, "gradual"),
      recovery: { name: "train" },
    },
    {
      name: "lottery-ticket",
      summary: "A fifth of the smallest weights at a time, the rest trained again from its initial values.",
      paper: paperOf(recoveries, "rewind"),
      ...globalMagnitude,
      schedule: standard(schedules, "iterative"),
      recovery: { name: "rewind", step: 0, optimizer: "fresh" },
    },
    {
      name: "learning-rate-rewinding",
      summary: "A fifth of the smallest weights at a time, the rest trained again with all learning rates.",
      paper: paperOf(recoveries, "rewind-learning-rate"),
      ...globalMagnitude,
      schedule: standard(schedules, "iterative"),
      recovery: { name: "rewind-learning-rate", step: 0 },
    },
    {
      name: "static-random",
      summary: "Random weights before the training, small layers kept denser; the mask stays.",
      paper: paperOf(criteria, "random"),
      ...randomErk,
      schedule: { name: "early", step: 0, deadInputs: "avoid" },
      recovery: { name: "train" },
    },
    {
      name: "set",
      summary: "Sparse from the start: small weights are dropped, as many grown at random.",
      paper: paperOf(schedules, "set"),
      ...randomErk,
      schedule: standard(schedules, "set"),
      recovery: { name: "train" },
    },
    {
      name: "rigl",
      summary: "Sparse from the start: small weights are dropped, those with large gradients grown.",
      paper: paperOf(schedules, "rigl"),
      ...randomErk,
      schedule: standard(schedules, "rigl"),
      recovery: { name: "train" },
    },
    {
      name: "sparse-momentum",
      summary: "Sparse from the start: weights move to the layers and places with the largest momentum.",
      paper: paperOf(schedules, "sparse-momentum"),
      ...randomErk,
      schedule: standard(schedules, "sparse-momentum"),
      recovery: { name: "train" },
    },
    {
      name: "ac-dc",
      summary: "The smallest weights of the whole network, in phases that take turns with dense ones.",
      paper: paperOf(schedules, "ac-dc"),
      ...globalMagnitude,
      schedule: standard(schedules, "ac-dc"),
      recovery: { name: "train" },
    },
  ],
  {
    l1: "l1-unstructured",
    l1uniform: "l1-unstructured",
    uniform: "l1-unstructured",
    layerwise: "l1-unstructured",
    uniformmagnitude: "l1-unstructured",
    global: "global-magnitude",
    globall1: "global-magnitude",
    globalunstructured: "global-magnitude",
    magnitudeglobal: "global-magnitude",
    randomuniform: "random-unstructured",
    randomindependent: "random-bernoulli",
    l2structured: "ln-structured",
    structured: "ln-structured",
    filters: "ln-structured",
    "2:4": "2-of-4",
  },
);

function ownName() {
  return nameSchema("a method")
    .refine((name) => !methods.names().some((taken) => sameName(taken, name)), {
      error: ({ input }) => `${quote(input)} is a method already: write just its name, or choose another.`,
    })
    .describe("What the method is called in results, charts and checkpoints.");
}

function controlSchema() {
  return z
    .enum(methodControls().map(({ name }) => name))
    .describe(
      "Makes it a control of the method that has the same members: which weights go, or where they start, is not the method's own. prune.controls adds them for all methods.",
    );
}

function ownRecovery() {
  return axisSchema(axes.recovery)
    .optional()
    .describe("How the network recovers. Default: finetune, or none where prune.finetune is null.");
}

function combinationSchema() {
  return z
    .strictObject({
      name: ownName(),
      criterion: axisSchema(axes.criterion).describe("How important a weight is."),
      allocation: axisSchema(axes.allocation).describe("How the sparsity is spread over the layers."),
      target: z
        .enum(targets)
        .optional()
        .describe(
          "What prune.sparsities are for it: direct, of the weights that it prunes (the default), or effective, of those and of the weights that are then on no path from an input to an output.",
        ),
      structure: axisSchema(axes.structure)
        .prefault("weight")
        .describe(
          "What is removed as a whole: single weights, N:M patterns of them, blocks, or whole neurons, inputs or attention heads.",
        ),
      schedule: axisSchema(axes.schedule)
        .prefault("one-shot")
        .describe("When weights are removed: at once, in rounds, or during the recovery."),
      recovery: ownRecovery(),
      quantization: quantizationSchema.optional(),
      control: controlSchema().optional(),
    })
    .superRefine(({ control, ...method }, context) => {
      const misfit = control === undefined ? undefined : methodControl(control).misfit?.(method);
      if (misfit === undefined) return;
      context.addIssue({
        code: "custom",
        path: ["control"],
        message: `no method can be ${control} if ${misfit}. Leave control out.`,
      });
    })
    .describe("A method of your own, on the axes:");
}

function constructedSchema() {
  return z
    .strictObject({
      name: ownName(),
      construction: axisSchema(constructions).describe(
        "What makes a network, instead of ranking the weights of the trained one.",
      ),
      recovery: ownRecovery(),
      quantization: quantizationSchema.optional(),
    })
    .describe("Or a network that is constructed, with a sparsity of its own:");
}

/**
 * A method in the config: the name of a registered one, or under a name of its own a combination of the axes or a
 * construction.
 */
export function methodSchema() {
  const names = methods.names();
  return z.union([z.enum(names).describe("A named method."), combinationSchema(), constructedSchema()], {
    error: ({ input }) => {
      const choices = names.join(", ");
      if (typeof input !== "string")
        return `a name, or a mapping with name, criterion and allocation, or with name and construction, is needed. Choices: ${choices}.`;
      return `${quote(input)} is not one of ${choices}.${axisHint(input) ?? methods.suggestion(input)}`;
    },
  });
}

/** For the name of a construction, or of a member of an axis, which makes a method with others only. */
function axisHint(word: string): string | undefined {
  if (constructions.find(word) !== undefined) {
    return ` '${word}' is a construction: write { name: my-${word}, construction: ${word} }.`;
  }
  const axis = (Object.keys(axes) as Axis[]).find((name) => axes[name].find(word) !== undefined);
  if (axis === undefined) return undefined;
  const using = methods.list().filter((method) => (method[axis] as Chosen | undefined)?.name === word);
  const ready =
    using.length === 0 ? "" : `, or take one that has it: ${using.map(({ name }) => name).join(", ")}`;
  // Not every allocation goes with every criterion.
  const criterion = (axis === "allocation" ? using[0]?.criterion.name : undefined) ?? "magnitude";
  const parts = { criterion, allocation: "global", [axis]: word };
  const text = Object.entries(parts)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
  return ` '${word}' is a kind of ${axis}: write { name: my-${word}, ${text} }${ready}.`;
}

export type MethodOptions = z.output<ReturnType<typeof methodSchema>>;

/** The method that an entry of `prune.methods` means. */
export function resolveMethod(options: MethodOptions): AnyMethod {
  if (typeof options === "string") return methods.named(options);
  if ("construction" in options) {
    return { ...options, summary: constructions.named(options.construction.name).summary };
  }
  const { criterion, allocation } = options;
  return { ...options, summary: `Criterion ${criterion.name}, allocation ${allocation.name}.` };
}
