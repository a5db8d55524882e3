import * as z from "zod";
import type { ExampleSet } from "../../engines/examples.ts";
import { inputError } from "../../foundations/errors.ts";
import { assembleDataset, type Selection, wholeOf } from "../assemble.ts";
import { findNamed } from "../data-folder.ts";
import type { Dataset, LoadContext, Source } from "../dataset.ts";
import { splitExamples, stratifiedSplit } from "../split.ts";
import { labelsOf, textClasses } from "./classes.ts";
import { checkVocabulary, readTextModel, type TextModel } from "./head.ts";
import { type CutTexts, cutIntoPieces, firstOf, longestOf, textsOf } from "./pieces.ts";
import type { Sentences } from "./sentences.ts";
import { openTokenizer, type TextTokenizer } from "./tokenizer.ts";

/** Without a model that says how many pieces it takes. */
const DEFAULT_LENGTH = 512;

/** Of the training texts, where nothing says how many. */
const DEFAULT_VALIDATION_SHARE = 0.1;

/** What all datasets of texts have. */
export const textOptions = {
  limit: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      "Tests on the first so many texts alone, as some published figures do; results then say so in the dataset's name. null: all.",
    ),
  validation: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      "Texts held out of the training ones; null: a tenth of them. Where nothing is trained, texts of the test file that networks are not tested on: drawn from those behind the first `limit`, or from all without a limit; null: none.",
    ),
  tokenizer: z
    .string()
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe(
      "The folder with the vocab.txt that texts are cut by, and its tokenizer_config.json if there is one: in the data folder, or relative to the working folder. null: the folder of the model.",
    ),
  maxLength: z
    .int()
    .min(2)
    .nullable()
    .default(null)
    .describe(
      "The most pieces of a text, [CLS] and [SEP] among them; longer ones are cut, and told. null: as many as the model has positions, 512 where nothing says how many.",
    ),
};

export type TextOptions = z.output<z.ZodObject<typeof textOptions>>;

/** The parts of a dataset of texts, before they are cut into pieces. */
export interface Texts {
  readonly name: string;
  readonly test: Sentences;
  /** Undefined where nothing is trained. */
  readonly train: Sentences | undefined;
}

/** How many there are, and where they come from. */
export function countTexts({ name, test, train }: Texts) {
  return {
    name,
    sources: sourcesOf(test, train),
    counts: { train: train?.texts.length ?? 0, test: test.texts.length },
  };
}

/**
 * Cuts texts into pieces and puts the dataset together. Throws a PruneLabError of kind `input` where there is no tokenizer, it
 * is another than the model's, or a text cannot be used.
 */
export async function textDataset(
  { name, test, train }: Texts,
  options: TextOptions,
  context: LoadContext,
): Promise<Dataset> {
  const { tokenizer, model } = await openCutting(options, context);
  const most = mostPieces(options, model);
  const classes = textClasses(model, train ?? test);
  const cut = (sentences: Sentences) => {
    const pieces = cutIntoPieces(sentences, tokenizer, most, context);
    return { ...pieces, labels: labelsOf(classes, sentences, model) };
  };
  const given = cut(test);
  const tested = firstOf(given, options.limit);
  const trained = train === undefined ? undefined : cut(train);
  if (trained !== undefined) tellShared(trained, tested, context);
  const heldOut = trained === undefined && options.validation ? options.validation : 0;
  const shape = [
    Math.max(longestOf(heldOut > 0 ? given : tested), trained === undefined ? 0 : longestOf(trained)),
  ];
  const examples = ({ values, starts, labels }: CutTexts & { labels: Uint8Array }): ExampleSet => ({
    count: labels.length,
    shape,
    inputs: { kind: "tokens", values, starts, vocabulary: tokenizer.vocabulary },
    targets: { kind: "classes", labels, classes: classes.count },
  });
  const parts =
    trained === undefined
      ? nothingTrained(heldOut > 0 ? examples(given) : examples(tested), options.limit, heldOut)
      : {
          ...splitExamples(examples(trained), { validation: validationOf(options, trained.labels.length) }),
          test: wholeOf(examples(tested)),
        };
  if (heldOut > 0) tellHeldOut(parts, test, context);
  const { length: left } = parts.test.order;
  const isFirst = left === tested.labels.length;
  return {
    ...assembleDataset({
      name: left === test.texts.length ? name : `${name}-${isFirst ? "first" : "rest"}-${left}`,
      sources: sourcesOf(test, train),
      ...parts,
    }),
    columns: { inputs: ["sentence"], targets: ["label"], classes: classes.names, standardization: {} },
  };
}

/** The tokenizer, and what the model says of texts, where there is one. */
async function openCutting(
  { tokenizer: named }: TextOptions,
  { dataDir, modelFolder }: LoadContext,
): Promise<{ readonly tokenizer: TextTokenizer; readonly model: TextModel | undefined }> {
  const folder =
    named === null
      ? modelFolder
      : await findNamed(named, { option: "dataset.tokenizer", what: "folder", dataDir });
  if (folder === undefined) {
    throw inputError(
      "Nothing says how texts are cut into pieces: the model has no folder with a vocab.txt.",
      {
        hint: "Set dataset.tokenizer to such a folder, or take model: { name: pretrained, path: FOLDER }",
      },
    );
  }
  const tokenizer = await openTokenizer(folder);
  const model = await readTextModel(modelFolder ?? folder);
  if (model !== undefined) checkVocabulary(model, tokenizer.vocabulary, folder);
  return { tokenizer, model };
}

function mostPieces({ maxLength }: TextOptions, model: TextModel | undefined): number {
  if (model === undefined) return maxLength ?? DEFAULT_LENGTH;
  if (maxLength === null || maxLength <= model.positions) return maxLength ?? model.positions;
  throw inputError(
    `dataset.maxLength is ${maxLength}, and the model takes at most ${model.positions} pieces (${model.file}).`,
  );
}

function validationOf({ validation }: TextOptions, texts: number): number {
  return validation ?? Math.round(DEFAULT_VALIDATION_SHARE * texts);
}

/**
 * The parts of a study that trains nothing: of the texts that there are, so many are held out for validation. Of those behind
 * the first `limit`, which are tested then; without a limit of all, and the others are tested. Throws a PruneLabError of
 * kind `input` when there are not as many.
 */
function nothingTrained(
  examples: ExampleSet,
  limit: number | null,
  validation: number,
): Record<"train" | "validation" | "test", Selection> {
  const select = (order: Uint32Array): Selection => ({ examples, order });
  const train = select(new Uint32Array());
  const { count, targets } = examples;
  if (validation === 0) return { train, validation: train, test: wholeOf(examples) };
  const isLimited = limit !== null && limit < count;
  const from = isLimited ? limit : 0;
  const available = isLimited ? count - limit : count - 1;
  if (validation > available) {
    throw inputError(
      `dataset.validation is ${validation}, and of the ${count} test texts ${isLimited ? `${available} are behind the first ${limit}` : "at least one has to be left to test on"}.`,
    );
  }
  if (targets.kind !== "classes") throw new Error("texts have classes");
  const split = stratifiedSplit(targets.labels.subarray(from), { validation });
  const chosen = split.validation.map((index) => from + index);
  const tested = isLimited
    ? Uint32Array.from({ length: limit }, (_, index) => index)
    : split.train.toSorted();
  return { train, validation: select(chosen), test: select(tested) };
}

/** That some of the test file's texts are not tested on: figures of all of them are others. */
function tellHeldOut(
  { validation, test }: Record<"validation" | "test", Selection>,
  sentences: Sentences,
  { notify }: Pick<LoadContext, "notify">,
): void {
  notify(
    `${validation.order.length} of the ${sentences.texts.length} texts of ${filesOf(sentences)} are held out for validation ` +
      `(dataset.validation); networks are tested on ${test.order.length} others.`,
  );
}

/** Networks know by heart what they were trained on. Texts are the same that have the same pieces. */
function tellShared(
  train: CutTexts & { readonly sentences: Sentences },
  test: CutTexts & { readonly sentences: Sentences },
  { notify }: Pick<LoadContext, "notify">,
): void {
  const seen = new Set(textsOf(train));
  const tested = textsOf(test);
  const shared = tested.filter((text) => seen.has(text)).length;
  if (shared === 0) return;
  notify(
    `${shared} of the ${tested.length} test texts (${filesOf(test.sentences)}) are among the training texts ` +
      `(${filesOf(train.sentences)}): on those, figures say what a network remembers.`,
  );
}

/** Each file once: an archive has the texts of both. */
function sourcesOf(test: Sentences, train: Sentences | undefined): readonly Source[] {
  const own = train?.sources.filter(({ file }) => test.sources.every((other) => other.file !== file));
  return [...test.sources, ...(own ?? [])];
}

function filesOf({ sources }: Sentences): string {
  return sources.map(({ file }) => file).join(", ");
}
