import path from "node:path";
import * as z from "zod";
import { inputError } from "../../foundations/errors.ts";
import { isFile } from "../data-folder.ts";
import { parseJson } from "./json.ts";
import { readUtf8 } from "./utf8.ts";

/** What a model's config.json says of the texts that it takes. */
export interface TextModel {
  readonly file: string;
  /** The most pieces of a text. */
  readonly positions: number;
  readonly vocabulary: number;
  readonly classes: number;
  /** What the classes are called, in their order, in lower case; undefined where they have numbers alone. */
  readonly names: readonly string[] | undefined;
}

const MOST_BYTES = 2 ** 24;

/** What transformers takes where a config.json says nothing of its classes. */
const DEFAULT_CLASSES = 2;

const schema = z.looseObject({
  max_position_embeddings: z.int().min(2),
  vocab_size: z.int().min(1),
  num_labels: z.int().min(1).optional(),
  id2label: z.record(z.string(), z.string()).optional(),
});

/**
 * Reads the config.json of a folder; undefined where there is none. Throws a PruneLabError of kind `input` where it does not
 * say what texts need.
 */
export async function readTextModel(folder: string): Promise<TextModel | undefined> {
  const file = path.join(folder, "config.json");
  if (!(await isFile(file))) return undefined;
  const config = parseJson(await readUtf8(file, MOST_BYTES), file, schema);
  const names = Object.entries(config.id2label ?? {})
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => name.toLowerCase());
  return {
    file,
    positions: config.max_position_embeddings,
    vocabulary: config.vocab_size,
    classes: names.length || (config.num_labels ?? DEFAULT_CLASSES),
    names: names.length === 0 || names.every((name) => /^label_\d+$/.test(name)) ? undefined : names,
  };
}

/** Throws a PruneLabError of kind `input` where the vocabulary is another than the model's. */
export function checkVocabulary(model: TextModel, vocabulary: number, folder: string): void {
  if (vocabulary === model.vocabulary) return;
  throw inputError(
    `${path.join(folder, "vocab.txt")} has ${vocabulary} pieces, and vocab_size of ${model.file} is ${model.vocabulary}.`,
  );
}
