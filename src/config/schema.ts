import * as z from "zod";
import { checkSchema } from "../analysis/gate/check-settings.ts";
import { datasetSchema } from "../datasets/registry.ts";
import { engineChoices, engineSuggestion } from "../engines/registry.ts";
import { evaluateSchema } from "../experiment/evaluation/options.ts";
import type { StudyOptions } from "../experiment/options.ts";
import { firstSeeds, type SeedRule, seedRuleSchema } from "../experiment/seed-rule.ts";
import { completeFinetuning } from "../experiment/settings.ts";
import { finetuneSchema, prunedTrainingSchema, trainSchema } from "../experiment/training/options.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { canonicalJson } from "../foundations/hash.ts";
import { nameProblem, nameSchema } from "../foundations/names.ts";
import { quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { formulasSchema } from "../metrics/formula/options.ts";
import { metrics as registeredMetrics } from "../metrics/registry.ts";
import { modelSchema } from "../models/registry.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import {
  controlledSparsities,
  controlMethods,
  controlsLeftOut,
  controlsSchema,
  withControls,
} from "../pruning/controlled.ts";
import { type MethodOptions, methodSchema } from "../pruning/methods.ts";
import { isNamed, searchedMethods, searchSchema, withSearched } from "../pruning/search.ts";
import { tables } from "../recording/columns.ts";
import { readPublished } from "../recording/published-points.ts";
import { labelFaults, labelsSchema } from "./labels.ts";
import { show } from "./messages.ts";
import { metricFaults } from "./metrics.ts";

/**
 * The one description of a config: types, defaults, messages, `schema`, `init` and the reference page come from
 * here and from the registries' own schemas. Made when it is asked for: plugins add to the registries first.
 */

const studyNameSchema = nameSchema("a folder").describe(
  "Name of the sweep in tables and charts, and of its folder results/<name>. Default: the name of the config file.",
);

const outsideFraction = (issue: { readonly input?: unknown }) =>
  `${show(issue.input)} is not a number from 0 to 1. Sparsities are fractions: write 0.9 for 90%.`;

const sparsitySchema = z
  .number({ error: outsideFraction })
  .min(0, { error: outsideFraction })
  .max(1, { error: outsideFraction });

/** The most entries of a list: far more than a study can be read with, and quick to check. */
const MOST_ENTRIES = 1000;

/** The most networks that one study prunes: so many are planned in minutes. How many fit into memory, the plan tells. */
const MOST_PRUNED = 2_000_000;

/** A non-empty list in which nothing is listed twice; `key` says what makes two entries the same. */
function distinct<Item extends z.ZodType>(
  item: Item,
  key: (value: z.output<Item>) => string | number,
  most = MOST_ENTRIES,
  same = (value: string | number) => value,
) {
  return z
    .array(item)
    .min(1)
    .max(most)
    .superRefine((values, context) => {
      const keys = values.map(key);
      const firsts = new Map<string | number, number>();
      for (const [i, value] of keys.entries()) {
        const first = firsts.get(same(value));
        if (first === undefined) {
          firsts.set(same(value), i);
          continue;
        }
        const message =
          keys[first] === value
            ? `${value} is listed twice, first as entry ${first}.`
            : `${value} and ${keys[first]} differ only in case: on macOS and Windows they name the same file.`;
        context.addIssue({ code: "custom", path: [i], message });
      }
    });
}

const methodName = (method: MethodOptions) => (typeof method === "string" ? method : method.name);

/** Of a constructed network, unless it takes the one that is asked for. */
const hasOwnSparsity = (method: MethodOptions) =>
  typeof method !== "string" &&
  "construction" in method &&
  constructions.named(method.construction.name).takesSparsity !== true;

function pruneSchema() {
  return z
    .strictObject({
      methods: distinct(methodSchema(), methodName, MOST_ENTRIES, (name) => String(name).toLowerCase())
        .prefault(["l1-unstructured", "global-magnitude"])
        .describe(
          "The pruning methods to compare: names from `prune-lab list methods`, or methods of your own that combine a criterion, an allocation and more.",
        ),
      sparsities: distinct(sparsitySchema, Number)
        .default([0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99])
        .describe(
          "How much to remove, as fractions of the prunable weights: 0.9 removes 90%. Each starts from the same trained network. 0 is the control, which is fine-tuned and not pruned.",
        ),
      finetune: finetuneSchema
        .nullable()
        .prefault({})
        .describe("Training that follows pruning, so that the network recovers; null: none."),
      train: prunedTrainingSchema.optional(),
      exclude: z
        .array(z.string().min(1).max(100))
        .max(MOST_ENTRIES)
        .default([])
        .describe(
          "Layers to leave whole, by name (fc3, conv1, as --dry-run lists them), or output for the last.",
        ),
      biases: z.boolean().default(false).describe("Whether biases are pruned too."),
      scan: z
        .literal("layers", {
          error: ({ input }) => `${show(input)} is no scan. Write layers, or leave it out.`,
        })
        .optional()
        .describe(
          "layers: each layer is pruned alone, the others whole, by each method at each sparsity of that layer, which shows how sensitive it is.",
        ),
      search: searchSchema.optional(),
      controls: controlsSchema(),
    })
    .describe("What is removed, how much, and how the network recovers.");
}

const ownTables = [...Object.keys(tables), "published", "find"]
  .filter((table) => table !== "results")
  .map((table) => `${table}.csv`);

const outputSchema = z
  .strictObject({
    results: z
      .string()
      .max(100)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.csv$/, {
        abort: true,
        error: ({ input }) => `${quote(input)} is not a plain file name that ends in .csv.`,
      })
      .refine((file) => nameProblem(file) === undefined, {
        error: ({ input }) => `${quote(input)} cannot name a file: ${nameProblem(String(input))}.`,
      })
      .refine((file) => !ownTables.includes(file.toLowerCase()), {
        error: ({ input }) => `${quote(input)} is a file that every sweep writes, beside the results.`,
      })
      .default("results.csv")
      .describe("File name of the results table in the results folder."),
  })
  .describe("Names of files that are written.");

/** Each entry is read, so that what is wrong with a table is told before anything is computed. */
const publishedSchema = distinct(
  z.string().superRefine((name, context) => {
    try {
      readPublished(name);
    } catch (error) {
      if (!(error instanceof PruneLabError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
    }
  }),
  String,
).describe(
  "Papers whose figures stand beside the results, by the names of `prune-lab list papers`, or paths of CSV files of your own. They may change when a folder is continued.",
);

/** The config's mapping, before settings that follow from others are filled in. */
export function configFields() {
  return z.strictObject({
    name: studyNameSchema,
    dataset: datasetSchema(),
    model: modelSchema(),
    train: trainSchema.prefault({}),
    prune: pruneSchema().prefault({}),
    seeds: z
      .union([distinct(z.int().min(0), Number, 10 * MOST_ENTRIES), seedRuleSchema], {
        error: ({ input }) =>
          `${show(input)} is neither a list of seeds nor a rule. Write ${Number.isInteger(input) ? `[${String(input)}]` : "[0, 1, 2]"}, or { until: 0.2 }.`,
      })
      .default([0, 1, 2])
      .describe(
        "Starting points of the random numbers: initial weights, order of the examples, random pruning. Everything is repeated for each, and the spread of the results gives the error bars. A list, or a rule that adds seeds.",
      ),
    engine: z
      .enum(engineChoices(), {
        error: ({ code, input }) =>
          code === "invalid_value" && typeof input === "string"
            ? `${quote(input)} is not one of ${engineChoices().join(", ")}.${engineSuggestion(input)}`
            : undefined,
      })
      .default("auto")
      .describe(
        "What computes. auto: tensorflow where it sees a GPU and is expected to be done first with the study, else kernels; in a folder that is continued, its engine. kernels: kernels-native where a C compiler is found, else kernels-wasm.",
      ),
    output: outputSchema.prefault({}),
    metrics: formulasSchema(),
    evaluate: evaluateSchema(),
    labels: labelsSchema(),
    published: publishedSchema.optional(),
    check: checkSchema().prefault({}),
  });
}

type Prune = z.output<ReturnType<typeof pruneSchema>>;

/** Which methods have the name of one that a key of the config adds, and are not it. */
function clashes(
  methods: readonly MethodOptions[],
  added: readonly Exclude<MethodOptions, string>[],
): number[] {
  return methods.flatMap((method, index) => {
    const meant = added.find(({ name }) => isNamed(method, name));
    return meant === undefined || canonicalJson(meant) === canonicalJson(method) ? [] : [index];
  });
}

/** With the methods and sparsities that the search and the controls add. */
function completed(given: Prune) {
  const searched = withSearched(given.methods, given.search);
  return {
    ...given,
    methods: withControls({ ...given, methods: searched }),
    sparsities: controlledSparsities(given.sparsities, given.controls),
  };
}

/** Why controls cannot be had by any method, by their place in the list. */
function idleControls(given: Prune): { readonly index: number; readonly message: string }[] {
  return controlsLeftOut(given).flatMap(({ control, methods, everywhere }) => {
    if (!everywhere) return [];
    const reasons = methods.map(({ method, reason }) => `${method}: ${reason}`).join("; ");
    return [
      {
        index: given.controls?.indexOf(control) ?? 0,
        message: `no method of the study can have the control ${control}${reasons === "" ? "" : ` (${reasons})`}.`,
      },
    ];
  });
}

/** The sparsities that rows are known to have: a constructed network has its own. */
function plannedSparsities({ methods, sparsities }: Prune) {
  return methods.every(hasOwnSparsity) ? [] : sparsities;
}

/** The seeds that a sweep begins with, and the rule that they are of, if any. */
function seedOptions(seeds: readonly number[] | SeedRule): Pick<StudyOptions, "seeds" | "seedRule"> {
  if ("until" in seeds) return { seeds: firstSeeds(seeds.atLeast), seedRule: seeds };
  return { seeds };
}

/** A config as it is read: with every default, and fine-tuning's own settings taken from `train` where absent. */
export function configSchema() {
  return configFields()
    .superRefine(({ dataset, prune: given, seeds, metrics, labels, check }, context) => {
      const prune = completed(given);
      const searched = given.search === undefined ? [] : searchedMethods(given.search);
      const adding = [
        { added: searched, message: "prune.search calls one of its networks so: choose another name." },
        {
          added: controlMethods(given),
          message: "prune.controls calls one of its networks so: choose another name.",
        },
      ];
      for (const { added, message } of adding) {
        for (const index of clashes(given.methods, added)) {
          context.addIssue({ code: "custom", path: ["prune", "methods", index, "name"], message });
        }
      }
      for (const { index, message } of idleControls(given)) {
        context.addIssue({ code: "custom", path: ["prune", "controls", index], message });
      }
      const constructed = prune.methods.filter(hasOwnSparsity).length;
      const grid = (prune.methods.length - constructed) * prune.sparsities.length;
      const mostSeeds = Array.isArray(seeds) ? seeds.length : seeds.atMost;
      const pruned = mostSeeds * (grid + constructed);
      if (pruned > MOST_PRUNED) {
        context.addIssue({
          code: "custom",
          path: [],
          message:
            `${mostSeeds} seeds, ${prune.methods.length} methods and ${prune.sparsities.length} sparsities are ` +
            `${pruned} pruned networks; a study has at most ${MOST_PRUNED}. Part it into several.`,
        });
      }
      for (const { index, key, message, at } of metricFaults(metrics ?? [], plannedSparsities(prune))) {
        context.addIssue({ code: "custom", path: ["metrics", index, key], message, params: { at } });
      }
      const metricNames = [...registeredMetrics.names(), ...(metrics ?? []).map(({ name }) => name)];
      for (const [index, { metric }] of check.points.entries()) {
        if (metric === undefined || metricNames.includes(metric)) continue;
        const choices = `Choices: ${metricNames.join(", ")}.`;
        context.addIssue({
          code: "custom",
          path: ["check", "points", index, "metric"],
          message: `${quote(metric)} is no metric of this study.${didYouMean(metric, metricNames)} ${choices}`,
        });
      }
      for (const { method, message } of labelFaults(labels, prune.methods)) {
        context.addIssue({ code: "custom", path: ["labels", "methods", method], message });
      }
      if (prune.finetune?.learningRate !== undefined && dataset.validation === 0) {
        context.addIssue({
          code: "custom",
          path: ["prune", "finetune", "learningRate"],
          message:
            "learning rates are chosen on validation examples, and dataset.validation is 0. Write one, as optimizer: { name: adam, learningRate: 0.001 }.",
        });
      }
      if (prune.finetune?.select === "best" && dataset.validation === 0) {
        context.addIssue({
          code: "custom",
          path: ["prune", "finetune", "select"],
          message: "'best' is chosen on validation examples, and dataset.validation is 0. Write last.",
        });
      }
    })
    .transform((config) => {
      const { train, prune } = config;
      return {
        ...config,
        ...seedOptions(config.seeds),
        prune: {
          ...completed(prune),
          finetune: prune.finetune && completeFinetuning(prune.finetune, train),
        },
      };
    });
}

export type Config = z.output<ReturnType<typeof configSchema>>;

/** A config as it may be written: what has a default may be left out. */
export type ConfigInput = z.input<ReturnType<typeof configSchema>>;
