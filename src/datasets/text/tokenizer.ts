import path from "node:path";
import * as z from "zod";
import { inputError } from "../../foundations/errors.ts";
import { quote } from "../../foundations/quote.ts";
import { isFile } from "../data-folder.ts";
import { parseJson } from "./json.ts";
import { readUtf8 } from "./utf8.ts";

/** Cuts texts into the pieces of a vocabulary, as BERT does: lower case and no accents, punctuation apart, WordPiece. */
export interface TextTokenizer {
  /** How many pieces there are. */
  readonly vocabulary: number;
  /** The numbers of a text's pieces, with [CLS] before and [SEP] behind them. */
  encode(text: string): readonly number[];
  /** The number of [SEP], which ends a text that is cut. */
  readonly end: number;
}

const VOCABULARY = "vocab.txt";
const CONFIG = "tokenizer_config.json";

/** A vocabulary has some 30,000 lines (BERT) to 250,000. */
const MOST_BYTES = 2 ** 26;

/** Pieces that are no words, by their lines in the vocabulary. Their numbers differ from model to model. */
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] as const;
const NEEDED = ["[UNK]", "[CLS]", "[SEP]"] as const satisfies readonly (typeof SPECIAL)[number][];

/** What a tokenizer_config.json may say; what it leaves out is as for an uncased BERT. */
const configSchema = z.looseObject({
  do_lower_case: z.boolean().default(true),
  strip_accents: z.boolean().nullable().default(null),
  tokenize_chinese_chars: z.boolean().default(true),
});

/**
 * The tokenizer of a model's folder, from its vocab.txt and, where it has one, its tokenizer_config.json. Throws a
 * PruneLabError of kind `input` with file and line for a vocabulary that cannot be used.
 */
export async function openTokenizer(folder: string): Promise<TextTokenizer> {
  const file = path.join(folder, VOCABULARY);
  if (!(await isFile(file))) {
    throw inputError(`There is no ${file}: texts are cut into the pieces that it lists.`);
  }
  const pieces = piecesIn(await readUtf8(file, MOST_BYTES), file);
  const { do_lower_case, strip_accents, tokenize_chinese_chars } = await configOf(folder);
  const idOf = (piece: string) => pieces.get(piece) as number;
  const special = (name: string) => ({ id: name, ids: [idOf(name)], tokens: [name] });
  // Loaded for texts alone: it would be 25 ms of every start.
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const tokenizer = new Tokenizer(
    {
      added_tokens: SPECIAL.filter((name) => pieces.has(name)).map((content) => ({
        id: idOf(content),
        content,
        special: true,
      })),
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: tokenize_chinese_chars,
        strip_accents,
        lowercase: do_lower_case,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: {
        type: "TemplateProcessing",
        single: [
          { SpecialToken: { id: "[CLS]", type_id: 0 } },
          { Sequence: { id: "A", type_id: 0 } },
          { SpecialToken: { id: "[SEP]", type_id: 0 } },
        ],
        pair: [],
        special_tokens: { "[CLS]": special("[CLS]"), "[SEP]": special("[SEP]") },
      },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(pieces),
      },
    },
    {},
  );
  return {
    vocabulary: pieces.size,
    encode: (text) => tokenizer.encode(text).ids,
    end: idOf("[SEP]"),
  };
}

/** The pieces and their numbers: one a line, from 0. */
function piecesIn(text: string, file: string): Map<string, number> {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const pieces = new Map<string, number>();
  for (const [number, piece] of lines.entries()) {
    const before = pieces.get(piece);
    if (before !== undefined) {
      throw inputError(
        `${file}, line ${number + 1}: the piece ${quote(piece)} is that of line ${before + 1} once more.`,
      );
    }
    pieces.set(piece, number);
  }
  const missing = NEEDED.filter((name) => !pieces.has(name));
  if (missing.length === 0) return pieces;
  throw inputError(
    `${file} is no vocabulary of BERT's: among its ${pieces.size} lines there is no ${missing.join(" and no ")}.`,
  );
}

async function configOf(folder: string): Promise<z.output<typeof configSchema>> {
  const file = path.join(folder, CONFIG);
  const text = (await isFile(file)) ? await readUtf8(file, MOST_BYTES) : "{}";
  return parseJson(text, file, configSchema);
}
