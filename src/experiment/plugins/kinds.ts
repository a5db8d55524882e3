import * as z from "zod";
import { datasets } from "../../datasets/registry.ts";
import { firstProblem, type PluginKind, type ResultCheck } from "../../foundations/plugin-member.ts";
import { type Entry, NAME_PATTERN, NAME_RULE, type Registry } from "../../foundations/registry.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metrics } from "../../metrics/registry.ts";
import { defineModel, type ModelEntry } from "../../models/model.ts";
import { models } from "../../models/registry.ts";
import type { ParameterSpec } from "../../network/parameters.ts";
import { layerOutputShapes } from "../../network/shapes.ts";
import type { LayerSpec } from "../../network/specification.ts";
import { allocations } from "../../pruning/allocations/registry.ts";
import { criteria } from "../../pruning/criteria/registry.ts";
import type { Needs } from "../../pruning/criterion.ts";
import { recoveries } from "../../pruning/recoveries/registry.ts";
import { schedules } from "../../pruning/schedules/registry.ts";
import { structures } from "../../pruning/structures/registry.ts";

/** The fields that each kind of member has, and what its functions must give: what the types say, at run time. */

type Fields<Member extends Entry> = Readonly<Record<Exclude<keyof Member, keyof Entry>, z.ZodType>>;

function kindOf<Member extends Entry>(
  registry: Registry<Member>,
  fields: Fields<Member>,
  rest: Omit<PluginKind, "registry" | "fields"> = {},
): PluginKind {
  return { registry, fields, ...rest };
}

export const functionField = z.custom((value) => typeof value === "function", "expected a function");
export const textField = z.string("expected a text").min(1, "expected a text");
const options = z
  .custom(
    (value) => value instanceof Object && "shape" in value && "_zod" in value,
    "expected a zod 4 object, as z.strictObject({ ... }) gives",
  )
  .optional();

const isWhole = (value: unknown, least: number): value is number =>
  Number.isInteger(value) && (value as number) >= least;

// ---- The axes of pruning

const needs = z.strictObject({
  gradients: z
    .union([
      z.strictObject({ of: z.literal("loss"), examples: z.int().min(1) }),
      z.strictObject({ of: z.literal("flow") }),
    ])
    .optional(),
  exampleGradients: z.strictObject({ examples: z.int().min(1) }).optional(),
  activationNorms: z.strictObject({ examples: z.int().min(1) }).optional(),
  initialWeights: z.literal(true).optional(),
} satisfies Record<keyof Needs, z.ZodType>);

const criterion = kindOf(
  criteria,
  { options, needs: functionField.optional(), rounds: functionField.optional(), scores: functionField },
  {
    results: {
      needs: (result) => problemIn(needs, result, "what it needs"),
      rounds: (result) => (isWhole(result, 1) ? undefined : "a whole number from 1"),
      scores: (result, { tensors }: { readonly tensors: readonly ParameterSpec[] }) => {
        const lacking = tensors.find(({ name, size }) => {
          const values: unknown = result instanceof Map ? result.get(name) : undefined;
          return !(values instanceof Float32Array && values.length === size);
        });
        return lacking && `a Map that has a Float32Array of ${lacking.size} scores for ${lacking.name}`;
      },
    },
  },
);

const allocation = kindOf(
  allocations,
  { options, exact: z.enum(["in total", "in each tensor"]), counts: functionField },
  {
    results: {
      counts: (result, { tensors }: { readonly tensors: readonly unknown[] }) =>
        Array.isArray(result) && result.length === tensors.length && result.every((n) => isWhole(n, 0))
          ? undefined
          : `a list of ${tensors.length} whole numbers, one a tensor,`,
    },
  },
);

const structure = kindOf(
  structures,
  { options, units: functionField, select: functionField.optional() },
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
      select: (result) =>
        result instanceof Uint8Array ? undefined : "a Uint8Array with a 0 or 1 for each unit",
    },
  },
);

const fraction = z.number().min(0).max(1);

const schedule = kindOf(
  schedules,
  { options, levels: functionField, during: functionField.optional() },
  {
    results: {
      levels: (result, target: number) =>
        Array.isArray(result) &&
        result.at(-1) === target &&
        result.every((level, i) => fraction.safeParse(level).success && (i === 0 || level > result[i - 1]))
          ? undefined
          : `a list of rising sparsities that ends with ${target}`,
      during: (result, target: number) => {
        const steps = z
          .array(z.object({ step: z.int().min(0), sparsity: fraction }))
          .refine((all) => all.at(-1)?.sparsity === target)
          .refine((all) => all.every(({ step }, i) => i === 0 || step > (all[i - 1]?.step ?? 0)));
        return steps.safeParse(result).success
          ? undefined
          : `a list of { step, sparsity }, steps rising, that ends with the sparsity ${target}`;
      },
    },
  },
);

const retraining = z.union(
  [
    z.null(),
    z.strictObject({ training: z.literal("finetune") }),
    z.strictObject({
      training: z.literal("train"),
      rewindTo: z.int().min(0),
      optimizer: z.enum(["rewound", "fresh"]),
    }),
  ],
  'null, { training: "finetune" } or { training: "train", rewindTo, optimizer }',
);

const recovery = kindOf(
  recoveries,
  { options, retraining: functionField },
  { results: { retraining: (result) => firstProblem(retraining, result)?.message } },
);

// ---- Models and data

const size = z.int().min(1);
const layerList = z
  .array(
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("dense"), name: textField, inputs: size, outputs: size }),
      z.strictObject({
        kind: z.literal("conv2d"),
        name: textField,
        inChannels: size,
        outChannels: size,
        kernelHeight: size,
        kernelWidth: size,
        stride: size,
        padding: z.int().min(0),
      }),
      z.strictObject({ kind: z.literal("max-pool"), size, stride: size }),
      z.strictObject({ kind: z.literal("flatten") }),
      z.strictObject({ kind: z.literal("activation"), activation: z.enum(["relu", "sigmoid", "tanh"]) }),
    ]),
  )
  .min(1);

const layers: ResultCheck = (
  result: unknown,
  _options: unknown,
  inputShape: readonly number[],
  outputs: number,
) => {
  const problem = problemIn(layerList, result, "a list of layers");
  if (problem !== undefined) return problem;
  const given = result as readonly LayerSpec[];
  const names = given.flatMap((layer) => ("name" in layer ? [layer.name] : []));
  if (new Set(names).size < names.length) return "a name of its own for each layer";
  try {
    layerOutputShapes({ inputShape, layers: given, loss: "mean-squared-error" });
  } catch (error) {
    return `layers that fit each other (${error instanceof Error ? error.message : error})`;
  }
  const last = given.at(-1);
  return last?.kind === "dense" && last.outputs === outputs
    ? undefined
    : `a dense layer with ${outputs} outputs as the last`;
};

const model = kindOf(
  models,
  { options, layers: functionField },
  { results: { layers }, complete: (entry: ModelEntry) => defineModel(entry) },
);

const count = z.int().min(0);
const bytes = z.instanceof(Uint8Array);
const floats = z.instanceof(Float32Array);
const exampleSet = z.object({
  count,
  shape: z.array(size).min(1),
  inputs: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("bytes"), values: bytes, scale: z.number(), offset: z.number() }),
    z.object({ kind: z.literal("floats"), values: floats }),
  ]),
  targets: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("classes"), labels: bytes, classes: size }),
    z.object({ kind: z.literal("values"), values: floats, width: size }),
  ]),
});
const some = exampleSet.refine((examples) => examples.count > 0, "expected examples");
const checksum = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in lower-case hexadecimal");
const loadedDataset = z.object({
  name: z.string().regex(NAME_PATTERN, NAME_RULE),
  checksum,
  sources: z.array(z.object({ file: z.string(), sha256: z.string() })),
  train: some,
  validation: exampleSet,
  test: some,
});

const dataset = kindOf(
  datasets,
  {
    options,
    resultNames: z.array(textField),
    download: z
      .strictObject({
        mirrors: z
          .array(z.string().regex(/^https?:.*\/$/, "expected an address that ends in a slash"))
          .min(1),
        files: z
          .array(
            z.strictObject({
              name: z.string().regex(NAME_PATTERN, NAME_RULE),
              spellings: z.array(textField).min(1),
              sha256: checksum,
            }),
          )
          .min(1),
      })
      .optional(),
    load: functionField,
  },
  { results: { load: (result) => problemIn(loadedDataset, result, "a dataset") } },
);

// ---- Metrics

const figure = z.union([textField, functionField], "expected the name of a column, or a function of a row");

const metric = kindOf<Metric>(
  metrics,
  {
    tasks: z.array(z.enum(["classification", "regression"])).min(1),
    noun: textField,
    better: z.enum(["higher", "lower"]),
    scale: z.number(),
    unit: z.enum(["%", ""]),
    digits: z.strictObject({
      kind: z.enum(["decimals", "significant"]),
      coarse: z.int().min(0),
      fine: z.int().min(0),
    }),
    axis: z.enum(["error", "value"]),
    figures: z.strictObject({ baseline: figure, pruned: figure, recovered: figure }),
    history: z.strictObject({ validation: figure.optional(), training: figure.optional() }),
    difference: z.strictObject({
      kind: z.enum(["absolute", "relative"]),
      one: textField,
      many: textField,
      name: textField,
      setback: textField,
      words: z.strictObject({ worse: textField, better: textField }),
      tolerance: z.number().min(0),
      margin: z.number().min(0),
      coarse: z.number().min(0),
      assumedDeviation: z.number().min(0),
    }),
    good: textField,
    testSet: z.strictObject({ name: textField, variance: functionField, cautious: functionField }).optional(),
  },
  // What a plugin measures is what its results are judged by.
  { place: "first" },
);

/** By their keys in a plugin. */
export const runPluginKinds = {
  criteria: criterion,
  allocations: allocation,
  structures: structure,
  schedules: schedule,
  recoveries: recovery,
  models: model,
  datasets: dataset,
  metrics: metric,
} as const;

function problemIn(schema: z.ZodType, value: unknown, what: string): string | undefined {
  const problem = firstProblem(schema, value);
  if (problem === undefined) return undefined;
  const where = problem.path.length === 0 ? "" : `${problem.path.join(".")}: `;
  return `${what} (${where}${problem.message})`;
}
