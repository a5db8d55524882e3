import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { DatasetCache } from "../../src/datasets/dataset-cache.ts";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import type { ExampleSet } from "../../src/engines/examples.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { recordingContext } from "./fixtures.ts";

const PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "good", "bad", "film", "##s", ".", '"'];
const config = { max_position_embeddings: 8, vocab_size: PIECES.length };
const named = { id2label: { 1: "POSITIVE", 0: "NEGATIVE" } };

/** A model's folder with the files of a dataset beside its own, which `files` adds to or replaces; undefined: not there. */
async function folderWith(files: Record<string, string | Uint8Array | undefined> = {}): Promise<string> {
  const folder = await temporaryFolder();
  const all = {
    "vocab.txt": PIECES.join("\n"),
    "config.json": JSON.stringify({ ...config, ...named }),
    "test.tsv": "sentence\tlabel\na good film .\t1\nbad films \t0\na film\t1\n",
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    if (content !== undefined) await writeFile(path.join(folder, name), content);
  }
  return folder;
}

async function load(
  options: Record<string, unknown> = {},
  files: Record<string, string | Uint8Array | undefined> = {},
) {
  const folder = await folderWith(files);
  const context = { ...recordingContext(folder), modelFolder: folder };
  const parsed = datasetSchema().parse({ name: "text", test: "test.tsv", ...options });
  const dataset = await loadDataset(parsed, context);
  return { dataset, notices: context.notices.map((notice) => notice.replaceAll(folder, "F")) };
}

/** What is wrong, with the folder's name taken out. */
async function refusal(
  options: Record<string, unknown> = {},
  files: Record<string, string | Uint8Array | undefined> = {},
): Promise<string> {
  return load(options, files).then(
    () => "nothing",
    (error) => {
      expect(error.kind).toBe("input");
      return error.message.replaceAll(/\/\S*prune-lab-test-\w+/g, "F");
    },
  );
}

const tokensOf = ({ inputs }: ExampleSet, i: number) => {
  if (inputs.kind !== "tokens") throw new Error("no texts");
  return inputs.values.subarray(inputs.starts[i], inputs.starts[i + 1]);
};

const textsIn = (examples: ExampleSet) =>
  Array.from({ length: examples.count }, (_, i) =>
    Array.from(tokensOf(examples, i), (piece) => PIECES[piece]).join(" "),
  );

const labelsIn = ({ targets }: ExampleSet) => (targets.kind === "classes" ? [...targets.labels] : []);

describe("texts of the test file that are held out for validation", () => {
  const rows = Array.from(
    { length: 10 },
    (_, i) => `${"a ".repeat(1 + (i % 5))}${i < 5 ? "good" : "bad"}\t${i % 2}`,
  );
  const files = { "test.tsv": `sentence\tlabel\n${rows.join("\n")}\n` };

  test("are drawn from all, both classes alike, and the others are tested in their order", async () => {
    const { dataset, notices } = await load({ validation: 4 }, files);
    const all = textsIn((await load({}, files)).dataset.test);
    const [held, left] = [textsIn(dataset.validation), textsIn(dataset.test)];
    expect([...held, ...left].sort()).toEqual(all.toSorted());
    expect(left).toEqual(all.filter((text) => left.includes(text)));
    expect(labelsIn(dataset.validation).sort()).toEqual([0, 0, 1, 1]);
    expect(dataset.name).toBe("test-rest-6");
    expect(dataset.train.count).toBe(0);
    expect(notices).toEqual([
      "4 of the 10 texts of F/test.tsv are held out for validation (dataset.validation); networks are tested on 6 others.",
    ]);
  });

  test("are drawn from those behind the first", async () => {
    const { dataset } = await load({ limit: 6, validation: 4 }, files);
    const all = textsIn((await load({}, files)).dataset.test);
    expect(textsIn(dataset.test)).toEqual(all.slice(0, 6));
    expect(textsIn(dataset.validation).sort()).toEqual(all.slice(6).sort());
    expect(dataset.name).toBe("test-first-6");
  });

  test("are never all there are", async () => {
    expect(await refusal({ validation: 10 }, files)).toBe(
      "dataset.validation is 10, and of the 10 test texts at least one has to be left to test on.",
    );
    expect(await refusal({ limit: 7, validation: 4 }, files)).toBe(
      "dataset.validation is 4, and of the 10 test texts 3 are behind the first 7.",
    );
  });
});

describe("texts", () => {
  test("are read from a TSV file as GLUE has it, without any that are trained on", async () => {
    const { dataset, notices } = await load();
    const { test: tested, train, validation } = dataset;
    expect(textsIn(tested)).toEqual([
      "[CLS] a good film . [SEP]",
      "[CLS] bad film ##s [SEP]",
      "[CLS] a film [SEP]",
    ]);
    expect(labelsIn(tested)).toEqual([1, 0, 1]);
    expect([train.count, validation.count]).toEqual([0, 0]);
    expect(tested.shape).toEqual([6]);
    expect(tested.inputs).toMatchObject({ kind: "tokens", vocabulary: PIECES.length });
    expect(dataset.name).toBe("test");
    expect(dataset.columns).toMatchObject({ classes: ["0", "1"] });
    expect(notices).toEqual([]);
  });

  test("are read from CSV with quotes, and from TSV with quotation marks that are characters", async () => {
    const csv = 'text,is\n"a ""good"" film .",POSITIVE\nbad,negative\n';
    const quoted = await load(
      { test: "test.csv", columns: { sentence: "text", label: "is" }, label: "own" },
      { "test.csv": csv },
    );
    expect(textsIn(quoted.dataset.test)[0]).toBe('[CLS] a " good " film . [SEP]');
    expect(labelsIn(quoted.dataset.test)).toEqual([1, 0]);
    expect(quoted.dataset.name).toBe("own");
    const plain = await load({}, { "test.tsv": 'sentence\tlabel\r\n" bad\t0\r\na "good" film\t1\r\n' });
    expect(textsIn(plain.dataset.test)).toEqual(['[CLS] " bad [SEP]', '[CLS] a " good " film [SEP]']);
  });

  test("are cut off where the model's positions end, which is told", async () => {
    const long = `sentence\tlabel\n${"a ".repeat(6)}\t0\n${"a ".repeat(7)}.\t1\n`;
    const { dataset, notices } = await load({}, { "test.tsv": long });
    expect(textsIn(dataset.test)).toEqual(["[CLS] a a a a a a [SEP]", "[CLS] a a a a a a [SEP]"]);
    expect(notices).toEqual([
      "1 of the 2 texts of F/test.tsv have more than 8 pieces, and are cut off there.",
    ]);
    const shorter = await load({ maxLength: 4 }, { "test.tsv": long });
    expect(shorter.dataset.test.shape).toEqual([4]);
    expect(await refusal({ maxLength: 9 })).toBe(
      "dataset.maxLength is 9, and the model takes at most 8 pieces (F/config.json).",
    );
  });

  test("of a limit are the first, with a name of their own", async () => {
    const { dataset } = await load({ limit: 2 });
    expect(dataset.name).toBe("test-first-2");
    expect(textsIn(dataset.test)).toHaveLength(2);
    expect((await load({ limit: 3 })).dataset.name).toBe("test");
  });

  test("that are trained on are split, and told where they are tested on, too", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `a ${"film ".repeat(i % 5)}\t${i % 2}`);
    const train = `sentence\tlabel\n${rows.join("\n")}\nA  FILM\t1\n`;
    const { dataset, notices } = await load({ train: "train.tsv" }, { "train.tsv": train });
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([19, 2, 3]);
    expect(dataset.train.shape).toEqual([7]);
    expect(notices).toEqual([
      "1 of the 3 test texts (F/test.tsv) are among the training texts (F/train.tsv): on those, figures say what a network remembers.",
    ]);
    const held = await load({ train: "train.tsv", validation: 6 }, { "train.tsv": train });
    expect([held.dataset.train.count, held.dataset.validation.count]).toEqual([15, 6]);
    expect(await refusal({ train: "train.tsv", validation: 21 }, { "train.tsv": train })).toMatch(
      /leaves no training examples/,
    );
  });

  test("need no model that says what classes there are: they are the labels, sorted", async () => {
    const folder = await folderWith({ "config.json": undefined });
    const parsed = datasetSchema().parse({ name: "text", test: "t.csv", tokenizer: folder });
    await writeFile(path.join(folder, "t.csv"), "sentence,label\na,red\nbad,blue\ngood,green\n");
    const { test: tested, columns } = await loadDataset(parsed, recordingContext(folder));
    expect(columns?.classes).toEqual(["blue", "green", "red"]);
    expect(labelsIn(tested)).toEqual([2, 0, 1]);
  });

  test("have another checksum with another vocabulary", async () => {
    const { dataset } = await load();
    const other = await load({}, { "vocab.txt": [...PIECES].reverse().join("\n") });
    expect(other.dataset.checksum).not.toBe(dataset.checksum);
    expect((await load()).dataset.checksum).toBe(dataset.checksum);
  });

  test("come back from a cache that could not keep them", async () => {
    const folder = await folderWith();
    const context = { ...recordingContext(folder), modelFolder: folder };
    const cache = new DatasetCache(0);
    const options = datasetSchema().parse({ name: "text", test: "test.tsv" });
    const { facts, reference } = await cache.open(options, context);
    expect(facts).toMatchObject({ shape: [6], vocabulary: PIECES.length, examples: { train: 0, test: 3 } });
    expect(facts.constantGuess?.accuracy).toBeCloseTo(2 / 3);
    const { test: tested } = await cache.load(reference.checksum);
    expect(textsIn(tested)).toHaveLength(3);
  });
});

describe("what cannot be read is an error that says where:", () => {
  test.each([
    [
      "a missing file",
      { test: "none.tsv" },
      {},
      /^dataset\.test: there is no file F\/none\.tsv or none\.tsv\.$/,
    ],
    [
      "a missing column",
      { columns: { sentence: "text" } },
      {},
      /^dataset\.columns\.sentence: F\/test\.tsv has no column 'text'\./,
    ],
    [
      "an empty sentence",
      {},
      { "test.tsv": "sentence\tlabel\na\t1\n\t0\n" },
      /^F\/test\.tsv, line 3: column 1 \('sentence'\) is empty\.$/,
    ],
    [
      "an empty label",
      {},
      { "test.tsv": "sentence\tlabel\na\t\n" },
      /^F\/test\.tsv, line 2: column 2 \('label'\) is empty\.$/,
    ],
    [
      "a missing cell",
      {},
      { "test.tsv": "sentence\tlabel\na\t1\ngood film\n" },
      /^F\/test\.tsv, line 3: 1 cells instead of 2, as the header has\.$/,
    ],
    [
      "a text of control characters",
      {},
      { "test.tsv": "sentence\tlabel\na\t1\n\u0001\t0\n" },
      /^F\/test\.tsv, line 3: the text has no characters that count\.$/,
    ],
    ["no texts", {}, { "test.tsv": "sentence\tlabel\n" }, /^F\/test\.tsv: no row follows the header\.$/],
    [
      "broken UTF-8",
      {},
      { "test.tsv": Buffer.from("sentence\tlabel\na\t1\nna\xefve\t1\n", "latin1") },
      /^F\/test\.tsv, line 3: not UTF-8\.$/,
    ],
    [
      "UTF-16",
      {},
      { "test.tsv": Buffer.from("\ufeffsentence\tlabel\na\t1\n", "utf16le") },
      /^F\/test\.tsv, line 1: not UTF-8\.$/,
    ],
    [
      "a number that is no class",
      {},
      { "test.tsv": "sentence\tlabel\na\t1\nbad\t2\n" },
      /^F\/test\.tsv, line 3: the label '2' is no class: F\/config\.json has 2, '0', '1'\.$/,
    ],
    [
      "a name that is no class",
      {},
      { "test.tsv": "sentence\tlabel\na\tpositive\nbad\tneutral\n" },
      /^F\/test\.tsv, line 3: the label 'neutral' is no class: F\/config\.json has 2, 'negative', 'positive'\.$/,
    ],
    [
      "more words than classes",
      {},
      { "config.json": JSON.stringify(config), "test.tsv": "sentence\tlabel\na\tx\na\ty\na\tz\n" },
      /^F\/test\.tsv, line 4: the label 'z' is no class: F\/config\.json has 2, 'x', 'y'\.$/,
    ],
    [
      "fewer words than classes",
      {},
      {
        "config.json": JSON.stringify({ ...config, num_labels: 3 }),
        "test.tsv": "sentence\tlabel\na\tx\na\ty\n",
      },
      /has 3 classes without names, and the labels are 'x', 'y'/,
    ],
    [
      "a label that no training text has",
      { train: "train.csv", tokenizer: "." },
      { "config.json": undefined, "train.csv": "sentence,label\na,0\nbad,3\n" },
      /^F\/test\.tsv, line 2: the label '1' is no class: the training texts have 2, '0', '3'\.$/,
    ],
    [
      "the training texts as test texts",
      { train: "test.tsv" },
      {},
      /^dataset\.test names the texts that networks are trained on: F\/test\.tsv is F\/test\.tsv\.$/,
    ],
    [
      "a vocabulary of another size",
      {},
      { "vocab.txt": [...PIECES, "more"].join("\n") },
      /^F\/vocab\.txt has 12 pieces, and vocab_size of F\/config\.json is 11\.$/,
    ],
    [
      "a config that does not say what texts need",
      {},
      { "config.json": "{}" },
      /^F\/config\.json: max_position_embeddings: /,
    ],
    [
      "tabs in a file that is no TSV by its name",
      { test: "test.txt" },
      { "test.txt": "sentence\tlabel\na\t1\n" },
      /^dataset\.columns\.sentence: F\/test\.txt has no column 'sentence'\./,
    ],
  ])("%s", async (_, options, files, message) => {
    expect(await refusal(options, files)).toMatch(message);
  });

  test("no tokenizer at all", async () => {
    const folder = await folderWith();
    const parsed = datasetSchema().parse({ name: "text", test: "test.tsv" });
    await expect(loadDataset(parsed, recordingContext(folder))).rejects.toMatchObject({
      kind: "input",
      message: "Nothing says how texts are cut into pieces: the model has no folder with a vocab.txt.",
      hint: expect.stringContaining("dataset.tokenizer"),
    });
  });
});
