import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { nameSchema } from "../foundations/names.ts";
import { randomStream } from "../foundations/random.ts";
import { assembleDataset, wholeOf } from "./assemble.ts";
import type { DatasetEntry } from "./dataset.ts";
import { type NumericExamples, toExamples } from "./numeric-examples.ts";
import { standardizationBy, standardizeOption } from "./standardization.ts";
import type { Sizes } from "./synthetic/rule.ts";
import { ruleOf, ruleSchema, rules } from "./synthetic/rules.ts";
import { testedOnTraining, trainingName } from "./tested-on-training.ts";

/** The most numbers of all examples together: what fits into memory. */
const MOST_NUMBERS = 2 ** 26;

const count = z.int().max(10_000_000);
const size = z.int().min(1).max(100_000).nullable().default(null);

const options = z.strictObject({
  targets: ruleSchema,
  inputs: size.describe("Inputs of an example; null: 128, or 10 of friedman1, 4 of friedman2 and friedman3."),
  outputs: size.describe("Targets of an example; null: 10, or 1 of Friedman's."),
  train: count.min(1).default(500).describe("Examples that networks are trained on."),
  validation: count.min(0).default(0).describe("Examples to watch the training on."),
  test: z
    .union([count.min(1), z.literal("train")])
    .default(500)
    .describe("Examples that networks are tested on; train: those of the training, and a notice says so."),
  seed: z.int().min(0).default(0).describe("Which examples are drawn; another seed draws others."),
  standardize: standardizeOption("none"),
  label: nameSchema("a dataset")
    .nullable()
    .default(null)
    .describe("The dataset's name in results; null: synthetic-noise, after the name of the targets."),
});

type Options = z.output<typeof options>;
type Part = "train" | "validation" | "test";

const resultName = (rule: string) => `synthetic-${rule}`;

export const synthetic = {
  name: "synthetic",
  summary: "Drawn numbers, for regression: noise, a linear map, a teacher network, Friedman's functions.",
  options,
  resultNames: rules.flatMap(({ name }) => [resultName(name), trainingName(resultName(name))]),
  load: async (chosen, context) => {
    const sizes = sizesOf(chosen);
    const { train, validation, test, standardize } = chosen;
    const training = draw("train", train, chosen, sizes);
    const everyRow = Uint32Array.from({ length: train }, (_, row) => row);
    const standardization = standardizationBy(everyRow, training, standardize, context);
    const part = (numbers: NumericExamples) => wholeOf(toExamples(numbers, standardization));
    const trained = part(training);
    const name = chosen.label ?? resultName(chosen.targets.name);
    const tested =
      test === "train"
        ? testedOnTraining(name, trained, context)
        : { name, test: part(draw("test", test, chosen, sizes)) };
    return assembleDataset({
      sources: [],
      train: trained,
      validation: part(draw("validation", validation, chosen, sizes)),
      ...tested,
    });
  },
} as const satisfies DatasetEntry<typeof options>;

function sizesOf({ targets, inputs, outputs, train, validation, test }: Options): Sizes {
  const rule = ruleOf(targets);
  const sizes = { inputs: inputs ?? rule.sizes.inputs, outputs: outputs ?? rule.sizes.outputs };
  const needed = rule.sizeFault?.(sizes);
  if (needed !== undefined) {
    throw inputError(
      `dataset.targets is ${rule.name}, which needs ${needed}: dataset.inputs is ${sizes.inputs}, dataset.outputs ${sizes.outputs}.`,
    );
  }
  const examples = train + validation + (test === "train" ? 0 : test);
  const numbers = examples * (sizes.inputs + sizes.outputs);
  if (numbers > MOST_NUMBERS) {
    throw inputError(
      `${examples} examples of ${sizes.inputs} inputs and ${sizes.outputs} outputs are ${numbers} numbers; at most ${MOST_NUMBERS} are drawn.`,
    );
  }
  return sizes;
}

/**
 * The first `count` examples of a part. Each part has streams of its own, and so have inputs and noise: none depends on how
 * many examples it or another part has.
 */
function draw(part: Part, count: number, { targets: chosen, seed }: Options, sizes: Sizes): NumericExamples {
  const rule = ruleOf(chosen);
  const stream = (...purpose: string[]) => randomStream(seed, "synthetic", ...purpose);
  const fillTargets = rule.prepare(chosen, sizes, stream("rule", rule.name));
  const inputStream = stream(part, "inputs");
  const noiseStream = stream(part, "noise");
  const inputs = new Float64Array(count * sizes.inputs);
  const targets = new Float64Array(count * sizes.outputs);
  for (let example = 0; example < count; example++) {
    const own = inputs.subarray(example * sizes.inputs, (example + 1) * sizes.inputs);
    if (rule.drawInputs === undefined) for (let i = 0; i < own.length; i++) own[i] = inputStream.normal();
    else rule.drawInputs(inputStream, own);
    const aimed = targets.subarray(example * sizes.outputs, (example + 1) * sizes.outputs);
    fillTargets(own, aimed);
    for (let i = 0; i < aimed.length; i++)
      aimed[i] = (aimed[i] as number) + chosen.noise * noiseStream.normal();
  }
  return {
    inputs: { columns: numbered("x", sizes.inputs), values: inputs },
    targets: { kind: "values", columns: numbered("y", sizes.outputs), values: targets },
  };
}

function numbered(letter: string, length: number): string[] {
  return Array.from({ length }, (_, i) => `${letter}${i + 1}`);
}
