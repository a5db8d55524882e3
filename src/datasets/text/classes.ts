import { inputError } from "../../foundations/errors.ts";
import { quote } from "../../foundations/quote.ts";
import { classesOf } from "../formats/csv/classes.ts";
import { listed } from "../formats/csv/header.ts";
import type { TextModel } from "./head.ts";
import type { Sentences } from "./sentences.ts";

/** Labels are stored in a byte. */
const MOST_CLASSES = 256;

/** The classes of texts, and which one a label is. */
export interface TextClasses {
  readonly count: number;
  /** The label that is class 0, 1, ... */
  readonly names: readonly string[];
  /** Undefined for a label that is no class. */
  readonly classOf: (label: string) => number | undefined;
}

/**
 * The classes of a model: its labels are the numbers of its classes, or their names, in any case; words that it does not have
 * as names are its classes in the order of their characters, where there are as many. Without a model, whatever labels
 * there are, sorted: as numbers when all are.
 */
export function textClasses(model: TextModel | undefined, sentences: Sentences): TextClasses {
  if (model === undefined) {
    const { names, labelOf } = classesOf({ texts: [sentences.labels] }, "label");
    return { count: names.length, names, classOf: labelOf };
  }
  const { classes: count, names, file } = model;
  if (count > MOST_CLASSES) {
    throw inputError(`${file} has ${count} classes, and at most ${MOST_CLASSES} can be told apart.`);
  }
  if (sentences.labels.every((label) => /^\d+$/.test(label))) {
    return listing(Array.from({ length: count }, (_, index) => String(index)));
  }
  if (names !== undefined) return listing(names);
  const words = [...new Set(sentences.labels)].sort((a, b) => (a < b ? -1 : 1));
  if (words.length >= count) return listing(words.slice(0, count));
  throw inputError(
    `${file} has ${count} classes without names, and the labels are ${listed(words)}: which is which cannot be told.`,
    { hint: `Label the texts with the numbers of the classes, 0 to ${count - 1}.` },
  );
}

function listing(names: readonly string[]): TextClasses {
  const classes = new Map(names.map((name, index) => [name, index]));
  return {
    count: names.length,
    names,
    classOf: (label) => classes.get(label) ?? classes.get(label.toLowerCase()),
  };
}

/** The class of each text. Throws a PruneLabError of kind `input` with file and line for a label that is none. */
export function labelsOf(
  { count, names, classOf }: TextClasses,
  { labels, place }: Sentences,
  model: TextModel | undefined,
): Uint8Array {
  return Uint8Array.from(labels, (label, row) => {
    const found = classOf(label);
    if (found !== undefined) return found;
    const whose = model === undefined ? "the training texts have" : `${model.file} has`;
    throw inputError(
      `${place(row)}: the label ${quote(label)} is no class: ${whose} ${count}, ${listed(names)}.`,
    );
  });
}
