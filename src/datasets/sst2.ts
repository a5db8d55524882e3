import * as z from "zod";
import type { DatasetEntry, DownloadFile, LoadContext } from "./dataset.ts";
import { countTexts, type Texts, textDataset, textOptions } from "./text/dataset.ts";
import { checkPublished, findPublished } from "./text/pinned.ts";
import { readSentences, type Sentences } from "./text/sentences.ts";

const name = "sst2";

/** As in GLUE's SST-2.zip, with a header; GLUE's test.tsv has no labels. */
const published = {
  train: {
    name: "train.tsv",
    spellings: ["train.tsv"],
    sha256: "48eac26399f8456935f81dd9e3a745c1430adb6c62e233ccfe22db4a0d15d1d1",
    bytes: 3_806_081,
  },
  test: {
    name: "dev.tsv",
    spellings: ["dev.tsv"],
    sha256: "54a9c12c77e402fc14d6a66a506f24d999f596b0176eb777c972cccc2f9cc4b0",
    bytes: 94_931,
  },
} as const satisfies Record<string, DownloadFile>;

const options = z.strictObject({
  train: z
    .boolean()
    .default(true)
    .describe(
      "Whether the training sentences are read; false: nothing is trained, and train.tsv need not be there.",
    ),
  ...textOptions,
});

/** Socher et al. 2013, as GLUE (Wang et al. 2018) has it: sentences of film reviews, 0 negative and 1 positive. */
export const sst2 = {
  name,
  summary: "SST-2 as GLUE has it: film reviews, 67,349 phrases and 872 sentences in 2 classes, from files.",
  options,
  resultNames: [name],
  classes: 2,
  download: {
    // GLUE's own archive, https://dl.fbaipublicfiles.com/glue/data/SST-2.zip, holds the same files; these have them unpacked.
    mirrors: [
      "https://raw.githubusercontent.com/smolPixel/VAETextImages/bf3c9c24582d9683be81cbe5f589c93fb11bf02a/data/SST2/original/",
      "https://media.githubusercontent.com/media/blueraft/distil-bilstm/0a347c077affd74409eeca863024d7f38be03a28/SST-2/",
    ],
    files: [published.train, published.test],
    terms: "No licence of SST-2 is known: its use is yours to decide.",
  },
  readTexts: async (chosen, context) => countTexts(await textsOf(chosen, context)),
  load: async (chosen, context) => textDataset(await textsOf(chosen, context), chosen, context),
} as const satisfies DatasetEntry<typeof options>;

async function textsOf({ train }: { readonly train: boolean }, context: LoadContext): Promise<Texts> {
  return {
    name,
    test: await readPublished(published.test, context),
    train: train ? await readPublished(published.train, context) : undefined,
  };
}

async function readPublished(file: DownloadFile, context: LoadContext): Promise<Sentences> {
  const found = await findPublished(name, file, context);
  const sentences = await readSentences(found, { sentence: "sentence", label: "label" });
  for (const { sha256 } of sentences.sources) checkPublished(found, sha256, file, "SST-2");
  return sentences;
}
