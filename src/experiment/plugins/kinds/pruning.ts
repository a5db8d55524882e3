import * as z from "zod";
import { firstProblem } from "../../../foundations/plugin-member.ts";
import type { ParameterSpec } from "../../../network/parameters.ts";
import { allocations } from "../../../pruning/allocations/registry.ts";
import { constructions } from "../../../pruning/constructions/registry.ts";
import { criteria } from "../../../pruning/criteria/registry.ts";
import type { Needs } from "../../../pruning/criterion.ts";
import { recoveries } from "../../../pruning/recoveries/registry.ts";
import { schedules } from "../../../pruning/schedules/registry.ts";
import { structures } from "../../../pruning/structures/registry.ts";
import { norms } from "../../../pruning/worth.ts";
import { functionField, kindOf, optionsField, problemIn } from "./kind.ts";

const isWhole = (value: unknown, least: number): value is number =>
  Number.isInteger(value) && (value as number) >= least;
const textOrNothing = (result: unknown) =>
  result === undefined || (typeof result === "string" && result !== "") ? undefined : "a text, or undefined";
const needs = z.strictObject({
  gradients: z
    .union([
      z.strictObject({ of: z.literal("loss"), examples: z.int().min(1) }),
      z.strictObject({ of: z.literal("flow") }),
    ])
    .optional(),
  exampleGradients: z
    .strictObject({ examples: z.int().min(1), targets: z.enum(["own", "drawn"]).optional() })
    .optional(),
  activationNorms: z.strictObject({ examples: z.int().min(1) }).optional(),
  initialWeights: z.literal(true).optional(),
  objective: z.strictObject({ examples: z.int().min(1) }).optional(),
} satisfies Record<keyof Needs, z.ZodType>);

export const criterion = kindOf(
  criteria,
  {
    options: optionsField,
    version: z.int().positive().optional(),
    uniformScores: z.literal(true).optional(),
    needs: functionField.optional(),
    rounds: functionField.optional(),
    objectivePasses: functionField.optional(),
    scores: functionField,
    revise: functionField.optional(),
  },
  {
    results: {
      needs: (result) => problemIn(needs, result, "what it needs"),
      rounds: (result) => (isWhole(result, 1) ? undefined : "a whole number from 1"),
      objectivePasses: (result) => (isWhole(result, 0) ? undefined : "a whole number from 0"),
      scores: (result, { tensors }: { readonly tensors: readonly ParameterSpec[] }) => {
        const lacking = tensors.find(({ name, size }) => {
          const values: unknown = result instanceof Map ? result.get(name) : undefined;
          return !(values instanceof Float32Array && values.length === size);
        });
        return lacking && `a Map that has a Float32Array of ${lacking.size} scores for ${lacking.name}`;
      },
      revise: (result, { tensors }: { readonly tensors: readonly ParameterSpec[] }) => {
        const { masks, weights } = (result ?? {}) as { readonly masks?: unknown; readonly weights?: unknown };
        const lacking = tensors.find(({ name, size }) => {
          const mask: unknown = masks instanceof Map ? masks.get(name) : undefined;
          const values: unknown = weights instanceof Map ? weights.get(name) : undefined;
          return !(
            mask instanceof Uint8Array &&
            mask.length === size &&
            values instanceof Float32Array &&
            values.length === size
          );
        });
        return (
          lacking &&
          `masks and weights, Maps that have a Uint8Array and a Float32Array of ${lacking.size} values for ${lacking.name}`
        );
      },
    },
  },
);

export const allocation = kindOf(
  allocations,
  {
    options: optionsField,
    exact: z.enum(["in total", "in each tensor", "in expectation"]),
    acrossTensors: z.literal(true).optional(),
    uniformScores: z.literal(true).optional(),
    layers: functionField.optional(),
    misfit: functionField.optional(),
    counts: functionField,
  },
  {
    results: {
      layers: (result) => problemIn(z.array(z.string()), result, "the layers that it names"),
      misfit: textOrNothing,
      counts: (result, { tensors }: { readonly tensors: readonly unknown[] }) =>
        Array.isArray(result) && result.length === tensors.length && result.every((n) => isWhole(n, 0))
          ? undefined
          : `a list of ${tensors.length} whole numbers, one a tensor,`,
    },
  },
);

export const structure = kindOf(
  structures,
  {
    options: optionsField,
    units: functionField,
    group: functionField.optional(),
    norm: functionField.optional(),
    sparsities: functionField.optional(),
    select: functionField.optional(),
  },
  {
    results: {
      units: (result, { shape }: Pick<ParameterSpec, "shape">) => {
        if (result === undefined) return undefined;
        const { count, of } = (result ?? {}) as { readonly count?: unknown; readonly of?: unknown };
        const size = shape.reduce((product, extent) => product * extent, 1);
        const right =
          isWhole(count, 1) &&
          of instanceof Int32Array &&
          of.length === size &&
          of.every((unit) => unit >= 0 && unit < count);
        return right ? undefined : `{ count, of } with an Int32Array of ${size} numbers from 0 to count - 1`;
      },
      group: textOrNothing,
      norm: (result) => problemIn(z.enum(norms).optional(), result, "what a unit is worth"),
      sparsities: (result) => problemIn(z.array(z.number().min(0).max(1)), result, "its sparsities"),
      select: (result) =>
        result instanceof Uint8Array ? undefined : "a Uint8Array with a 0 or 1 for each unit",
    },
  },
);

const fraction = z.number().min(0).max(1);

const courseStep = z.union([
  z.object({ step: z.int().min(0), sparsity: fraction, anew: z.literal(true).optional() }),
  z.object({
    step: z.int().min(0),
    regrowth: z.object({
      drop: fraction,
      grow: z.union([
        z.object({ by: z.literal("chance") }),
        z.object({ by: z.literal("gradient"), examples: z.int().min(1) }),
      ]),
      spread: z.enum(["own", "by gradient"]),
    }),
  }),
]);

export const schedule = kindOf(
  schedules,
  {
    options: optionsField,
    levels: functionField,
    during: functionField.optional(),
    startsAt: functionField.optional(),
    avoidsDeadInputs: functionField.optional(),
  },
  {
    results: {
      startsAt: (result) => (isWhole(result, 0) ? undefined : "a whole number from 0"),
      levels: (result, target: number) =>
        Array.isArray(result) &&
        result.at(-1) === target &&
        result.every((level, i) => fraction.safeParse(level).success && (i === 0 || level > result[i - 1]))
          ? undefined
          : `a list of rising sparsities that ends with ${target}`,
      during: (result, target: number) => {
        const steps = z
          .array(courseStep)
          .refine((all) => all.findLast((step) => "sparsity" in step)?.sparsity === target)
          .refine((all) => all.every(({ step }, i) => i === 0 || step > (all[i - 1]?.step ?? 0)));
        return steps.safeParse(result).success
          ? undefined
          : `a list of { step, sparsity } or { step, regrowth }, steps rising, whose last sparsity is ${target}`;
      },
    },
  },
);

const retraining = z.union(
  [
    z.null(),
    z.strictObject({
      training: z.literal("finetune"),
      distillation: z
        .strictObject({ temperature: z.number().positive(), weight: z.number().min(0).max(1) })
        .optional(),
    }),
    z.strictObject({
      training: z.literal("train"),
      rewindTo: z.int().min(0),
      optimizer: z.enum(["rewound", "fresh"]),
      keepsWeights: z.literal(true).optional(),
    }),
  ],
  'null, { training: "finetune", distillation? } or { training: "train", rewindTo, optimizer }',
);

export const recovery = kindOf(
  recoveries,
  { options: optionsField, retraining: functionField, startsAtPruning: z.literal(true).optional() },
  { results: { retraining: (result) => firstProblem(retraining, result)?.message } },
);

const teacher = z.strictObject({ epochs: z.int().min(1), learningRate: z.number().positive() });
const isMapOf = (kind: typeof Float32Array | typeof Uint8Array) => (result: unknown) =>
  result instanceof Map && [...result.values()].every((values) => values instanceof kind)
    ? undefined
    : `a Map with a ${kind.name} for each tensor`;

export const construction = kindOf(
  constructions,
  {
    options: optionsField,
    takesSparsity: z.literal(true).optional(),
    misfit: functionField.optional(),
    network: functionField.optional(),
    teacher: functionField.optional(),
    masks: functionField,
    values: functionField,
    stretch: functionField.optional(),
  },
  {
    results: {
      misfit: textOrNothing,
      teacher: (result) => problemIn(teacher, result, "how the teacher is trained"),
      masks: isMapOf(Uint8Array),
      values: isMapOf(Float32Array),
      stretch: (result) => problemIn(z.number().positive(), result, "a number above 0"),
    },
  },
);
