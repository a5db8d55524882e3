import { unzipSync } from "fflate";
import * as z from "zod";
import { sha256 } from "../foundations/hash.ts";
import type { DatasetEntry, DownloadFile, LoadContext } from "./dataset.ts";
import { countTexts, type Texts, textDataset, textOptions } from "./text/dataset.ts";
import { checkPublished, findPublished } from "./text/pinned.ts";
import type { Sentences } from "./text/sentences.ts";
import { readWhole } from "./uncompressed.ts";

const name = "rotten-tomatoes";

const published = {
  name: "sentence_polarity.zip",
  spellings: ["sentence_polarity.zip"],
  sha256: "6e1ed4405b65c7eabf1d199a7f7c437091ac21da0ea7467b410a74062574566b",
  bytes: 490_256,
} as const satisfies DownloadFile;

/** In the order of the classes: 0 negative, 1 positive, as in SST-2. */
const FILES = ["sentence_polarity/rt-polarity.neg", "sentence_polarity/rt-polarity.pos"] as const;

/** Of 5,331 sentences of each class the last tenth is for tests: lines 4,799 to 5,331. */
const FIRST_TEST_LINE = 4799;

const options = z.strictObject(textOptions);

/** Pang and Lee 2005, "Seeing stars", sentence polarity dataset v1.0, as nltk_data has it. */
export const rottenTomatoes = {
  name,
  summary:
    "Rotten Tomatoes: 10,662 sentences of film reviews in 2 classes, from a file; shares sentences with SST-2.",
  options,
  resultNames: [name],
  classes: 2,
  download: {
    mirrors: [
      "https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/corpora/",
      "https://raw.githubusercontent.com/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/packages/corpora/",
    ],
    files: [published],
  },
  readTexts: async (_chosen, context) => countTexts(await readTexts(context)),
  load: async (chosen, context) => textDataset(await readTexts(context), chosen, context),
} as const satisfies DatasetEntry<typeof options>;

async function readTexts(context: LoadContext): Promise<Texts> {
  const file = await findPublished(name, published, context);
  const content = await readWhole(file, 2 * published.bytes);
  const found = sha256(content);
  checkPublished(file, found, published, "nltk_data");
  return { name, ...partsOf(content, file, found) };
}

/** The content is the published one: nothing of it has to be checked. */
function partsOf(zip: Uint8Array, file: string, sha256: string): Record<"train" | "test", Sentences> {
  const contents = unzipSync(zip, { filter: (entry) => FILES.some((wanted) => wanted === entry.name) });
  const rows = FILES.flatMap((source, label) => {
    const lines = new TextDecoder().decode(contents[source]).trimEnd().split("\n");
    return lines.map((text, index) => ({ text, label: String(label), line: index + 1, source }));
  });
  const part = (isPart: (line: number) => boolean): Sentences => {
    const own = rows.filter(({ line }) => isPart(line));
    return {
      sources: [{ file, sha256 }],
      texts: own.map(({ text }) => text),
      labels: own.map(({ label }) => label),
      place: (row) => `${own[row]?.source} in ${file}, line ${own[row]?.line}`,
    };
  };
  return { train: part((line) => line < FIRST_TEST_LINE), test: part((line) => line >= FIRST_TEST_LINE) };
}
