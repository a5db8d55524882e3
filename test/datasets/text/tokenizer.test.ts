import { existsSync } from "node:fs";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openTokenizer } from "../../../src/datasets/text/tokenizer.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const fixtures = path.resolve("test/fixtures/bert-tokenizer");
const trained = path.resolve("../shared/pretrained/tiny-distilbert-sst2");
const sst2 = path.resolve("../shared/data/sst2/dev.tsv");

/** A folder with a vocabulary and, if given, a tokenizer_config.json. */
async function folderOf(vocabulary: string | Uint8Array, config?: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, "vocab.txt"), vocabulary);
  if (config !== undefined) await writeFile(path.join(folder, "tokenizer_config.json"), config);
  return folder;
}

const SMALL = ["[CLS]", "the", "[SEP]", "film", "##s", "[UNK]", "e", "é", "E", "."];
const small = `${SMALL.join("\n")}\n`;

/** The pieces of a text by their names. */
async function piecesOf(text: string, config?: string): Promise<(string | undefined)[]> {
  const { encode } = await openTokenizer(await folderOf(small, config));
  return encode(text).map((piece) => SMALL[piece]);
}

// Accents, CJK, control characters, joiners, emoji, words of 100 and more letters, special pieces within texts.
describe.each([
  { name: "uncased", lower: true },
  { name: "cased", lower: false },
] as const)("hard texts, $name", ({ name, lower }) => {
  test("are cut as Hugging Face's tokenizers cut them", async () => {
    const folder = await folderOf(
      await readFile(path.join(fixtures, "vocab.txt")),
      JSON.stringify({ do_lower_case: lower }),
    );
    const pieces = (await readFile(path.join(fixtures, "vocab.txt"), "utf8")).split("\n");
    const cases = JSON.parse(await readFile(path.join(fixtures, "texts.json"), "utf8"))[name] as {
      text: string;
      pieces: string[];
    }[];
    const { encode } = await openTokenizer(folder);
    expect(cases.length).toBeGreaterThan(30);
    for (const { text, pieces: expected } of cases) {
      expect({ text, pieces: encode(text).map((id) => pieces[id]) }).toEqual({ text, pieces: expected });
    }
  });
});

describe("a tokenizer", () => {
  test("takes the longest pieces, and the unknown for a word that has none; by the names of a vocabulary of any order", async () => {
    expect(await piecesOf("The films, THE FILMSS .")).toEqual([
      "[CLS]",
      "the",
      "film",
      "##s",
      "[UNK]",
      "the",
      "film",
      "##s",
      "##s",
      ".",
      "[SEP]",
    ]);
    const { end, vocabulary } = await openTokenizer(await folderOf(small));
    expect([end, vocabulary]).toEqual([2, SMALL.length]);
  });

  test("does to case and accents what tokenizer_config.json says, and lower case without one", async () => {
    const inner = async (config?: string) => (await piecesOf("é E", config)).slice(1, -1);
    expect(await inner()).toEqual(["e", "e"]);
    expect(await inner("{}")).toEqual(["e", "e"]);
    expect(await inner('{"do_lower_case": false}')).toEqual(["é", "E"]);
    expect(await inner('{"do_lower_case": true, "strip_accents": false}')).toEqual(["é", "e"]);
    expect(await inner('{"do_lower_case": false, "strip_accents": true}')).toEqual(["e", "E"]);
  });

  test("reads lines of either end", async () => {
    const { encode } = await openTokenizer(await folderOf(SMALL.join("\r\n")));
    expect(encode("film")).toEqual([0, 3, 2]);
  });
});

describe("is an error that names file and line:", () => {
  const refusal = async (vocabulary: string | Uint8Array, config?: string) => {
    const folder = await folderOf(vocabulary, config);
    return openTokenizer(folder).then(
      () => "none",
      (error) => error.message.replaceAll(folder, "F"),
    );
  };

  test.each([
    [
      "a vocabulary without what begins a text",
      "a\nb\n[UNK]\n",
      "F/vocab.txt is no vocabulary of BERT's: among its 3 lines there is no [CLS] and no [SEP].",
    ],
    [
      "a piece that is there twice",
      `${small}film\n`,
      "F/vocab.txt, line 11: the piece 'film' is that of line 4 once more.",
    ],
    [
      "bytes that are not UTF-8",
      Buffer.concat([Buffer.from(small), Buffer.of(0xff)]),
      "F/vocab.txt, line 11: not UTF-8.",
    ],
  ])("%s", async (_, vocabulary, message) => {
    expect(await refusal(vocabulary)).toBe(message);
  });

  test.each([
    ["a config that is no JSON", "{", /^F\/tokenizer_config\.json is no JSON: /],
    ["an option of another kind", '{"do_lower_case": 1}', /^F\/tokenizer_config\.json: do_lower_case: /],
  ])("%s", async (_, config, message) => {
    expect(await refusal(small, config)).toMatch(message);
  });

  test("a folder without a vocabulary", async () => {
    await expect(openTokenizer(await temporaryFolder())).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(/There is no .*vocab\.txt/),
    });
  });
});

const here = existsSync(trained) && existsSync(sst2);
if (!here) console.warn("The small DistilBERT of ../shared is not here: its pieces are not compared.");

test.runIf(here)("cuts the first 32 sentences of SST-2 as the small DistilBERT was given them", async () => {
  const folder = await temporaryFolder();
  for (const file of ["vocab.txt", "tokenizer_config.json"]) {
    await copyFile(path.join(trained, file), path.join(folder, file));
  }
  const { encode } = await openTokenizer(folder);
  const { ids } = JSON.parse(await readFile(path.join(trained, "golden.json"), "utf8"));
  const rows = (await readFile(sst2, "utf8")).split("\n").slice(1, 33);
  expect(rows.map((row) => encode(row.split("\t")[0] ?? ""))).toEqual(ids);
});
