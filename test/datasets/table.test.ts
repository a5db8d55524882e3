import { writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/datasets/dataset.ts";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import type { ExampleSet } from "../../src/engines/examples.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { emptyWorkingFolder, recordingContext } from "./fixtures.ts";

const NUMBERS = "a,b,y,z\n1,2,3,4\n5,6,7,8\n9,10,11,12\n13,14,15,16\n17,18,19,20\n";
const KINDS = "x,part,kind\n1,train,red\n2,train,blue\n3,test,red\n4,validation,blue\n5,test,blue\n";

/** Loads a table of the given content, whose targets are `y` unless the options say otherwise. */
async function load(
  content: string | Uint8Array,
  options: object = {},
  { context = recordingContext(), files = {} as Record<string, string>, name = "numbers.csv" } = {},
): Promise<Dataset> {
  const folder = await temporaryFolder();
  const write = (file: string, text: string | Uint8Array) => writeFile(path.join(folder, file), text);
  await write(name, content);
  for (const [file, text] of Object.entries(files)) await write(file, text);
  const chosen = { name: "table", path: name, targets: "y", standardize: "none", ...options };
  return loadDataset(datasetSchema().parse(chosen), { ...context, dataDir: folder });
}

const inputsOf = ({ inputs }: ExampleSet) => Array.from(inputs.values);

function targetsOf({ targets }: ExampleSet): number[] {
  return Array.from(targets.kind === "values" ? targets.values : targets.labels);
}

/** The examples of all parts by their first input, with what stands beside it. */
function rowsOf({ train, validation, test: tested }: Dataset): Map<number, number[]> {
  return new Map(
    [train, validation, tested].flatMap((part) => {
      const [width = 0] = part.shape;
      const targets = targetsOf(part);
      const each = part.count === 0 ? 0 : targets.length / part.count;
      return Array.from({ length: part.count }, (_, i): [number, number[]] => {
        const row = inputsOf(part).slice(i * width, (i + 1) * width);
        return [row[0] as number, [...row, ...targets.slice(i * each, (i + 1) * each)]];
      });
    }),
  );
}

describe("a table of numbers", () => {
  test("becomes examples: targets are what is named, inputs all other columns", async () => {
    const dataset = await load(NUMBERS, { targets: ["z", "b"] });
    expect(dataset.name).toBe("numbers");
    expect(dataset.train.shape).toEqual([2]);
    expect(dataset.train.targets).toMatchObject({ kind: "values", width: 2 });
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([3, 1, 1]);
    expect(rowsOf(dataset)).toEqual(new Map([1, 5, 9, 13, 17].map((a) => [a, [a, a + 2, a + 3, a + 1]])));
    expect(dataset.columns).toEqual({ inputs: ["a", "y"], targets: ["z", "b"], standardization: {} });
    expect(dataset.sources).toMatchObject([{ file: expect.stringContaining("numbers.csv") }]);
  });

  test("has the named inputs alone, in their order", async () => {
    const dataset = await load(NUMBERS, { inputs: ["b", "a"] });
    expect(rowsOf(dataset).get(6)).toEqual([6, 5, 7]);
  });

  test("may be compressed, have a byte order mark or UTF-16, other line ends, quotes, spaces and empty lines", async () => {
    const plain = await load(NUMBERS);
    const written = `\uFEFF${NUMBERS.replaceAll("\n", "\r\n\r\n").replace("a,b", '"a", b').replace("5,6", '"5", 6e0')}`;
    expect((await load(written)).checksum).toBe(plain.checksum);
    const unicodeText = Buffer.from(`\uFEFF${NUMBERS}`, "utf16le");
    expect((await load(unicodeText)).checksum).toBe(plain.checksum);
    const gzip = await load(gzipSync(NUMBERS), { label: "zipped" }, { name: "numbers.csv.gz" });
    expect([gzip.checksum, gzip.name]).toEqual([plain.checksum, "zipped"]);
    const semicolons = await load(NUMBERS.replaceAll(",", ";"), { delimiter: ";" });
    expect(semicolons.checksum).toBe(plain.checksum);
  });

  test("is looked for in the data folders, then in the working folder", async () => {
    await emptyWorkingFolder();
    await writeFile("here.csv", NUMBERS);
    const options = (file: string) => datasetSchema().parse({ name: "table", path: file, targets: "y" });
    expect((await loadDataset(options("here.csv"), recordingContext())).name).toBe("here");
    await expect(loadDataset(options("there.csv"), recordingContext())).rejects.toThrow(
      `dataset.path: there is no file ${path.join("data", "there.csv")} or there.csv.`,
    );
  });
});

describe("the split", () => {
  const many = `x,y\n${Array.from({ length: 50 }, (_, i) => `${i},${-i}\n`).join("")}`;
  const firsts = (part: ExampleSet) => inputsOf(part).toSorted((a, b) => a - b);

  test("takes shares of the rows or numbers of them, without overlap", async () => {
    const shares = await load(many, { test: 0.3, validation: 0.1 });
    const counts = await load(many, { test: 15, validation: 5 });
    expect([shares.train.count, shares.validation.count, shares.test.count]).toEqual([30, 5, 15]);
    expect(counts.checksum).toBe(shares.checksum);
    const all = [shares.train, shares.validation, shares.test].flatMap(inputsOf);
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test("depends on splitSeed, and the test rows not on how many are held out", async () => {
    const [one, fewer, other] = [
      await load(many, { validation: 10 }),
      await load(many, { validation: 0 }),
      await load(many, { splitSeed: 1, validation: 10 }),
    ];
    expect(firsts(one.test)).toEqual(firsts(fewer.test));
    expect(firsts(one.test)).not.toEqual(firsts(other.test));
  });

  test("is what a column says, which is then no input", async () => {
    const dataset = await load(KINDS, { targets: "kind", task: "classes", splitColumn: "part" });
    expect([inputsOf(dataset.train), inputsOf(dataset.validation), inputsOf(dataset.test)]).toEqual([
      [1, 2],
      [4],
      [3, 5],
    ]);
    expect(dataset.train.shape).toEqual([1]);
  });

  test("takes the test rows from a file, whose columns may stand in another order", async () => {
    const files = { "test.csv": "y,extra,a,b,z\n1,no,2,3,4\n" };
    const dataset = await load(NUMBERS, { test: "test.csv", validation: 2, standardize: "both" }, { files });
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([3, 2, 1]);
    const { inputs, targets } = dataset.columns?.standardization ?? {};
    const scaled = (value: number, scaling = inputs, i = 0) =>
      Math.fround((value - (scaling?.mean[i] ?? 0)) / (scaling?.std[i] ?? 1));
    expect(inputsOf(dataset.test)).toEqual([scaled(2), scaled(3, inputs, 1), scaled(4, inputs, 2)]);
    expect(targetsOf(dataset.test)).toEqual([scaled(1, targets)]);
    expect(dataset.sources).toHaveLength(2);
  });

  test("can test on the training rows, which the name and a notice say", async () => {
    const context = recordingContext();
    const dataset = await load(NUMBERS, { test: "train", validation: 1 }, { context });
    expect(dataset.name).toBe("numbers-train");
    expect(inputsOf(dataset.test)).toEqual(inputsOf(dataset.train));
    expect(dataset.train.count).toBe(4);
    expect(context.notices).toEqual([
      "dataset.test is train: all figures are of the 4 examples that the networks were trained on, and say nothing of others. Results name this data numbers-train.",
    ]);
  });
});

describe("standardized columns", () => {
  // Rows are of the training but for the last one.
  const content = "part,a,same,y\ntrain,1,7,10\ntrain,3,7,20\ntest,100,8,30\n";

  test("have mean 0 and deviation 1 over the training rows alone, and a constant one is centered", async () => {
    const context = recordingContext();
    const dataset = await load(content, { splitColumn: "part", standardize: "both" }, { context });
    // Of a: mean 2, deviation 1; of y: 15 and 5.
    expect(inputsOf(dataset.train)).toEqual([-1, 0, 1, 0]);
    expect(inputsOf(dataset.test)).toEqual([98, 1]);
    expect([targetsOf(dataset.train), targetsOf(dataset.test)]).toEqual([[-1, 1], [3]]);
    expect(dataset.columns?.standardization).toEqual({
      inputs: { mean: [2, 7], std: [1, 1] },
      targets: { mean: [15], std: [5] },
    });
    expect(context.notices).toEqual([
      "1 column is constant in the training examples, and only centered: 'same'.",
    ]);
  });

  test("leave the targets as they are unless both are asked for", async () => {
    const dataset = await load(content, { splitColumn: "part", standardize: "inputs" });
    expect(targetsOf(dataset.train)).toEqual([10, 20]);
  });
});

describe("classes", () => {
  const classesOf = async (cells: string[]) => {
    const content = `x,y\n${cells.map((cell, i) => `${i},${cell}\n`).join("")}`;
    const dataset = await load(content, { task: "classes", test: "train", validation: 0 });
    return {
      names: dataset.columns?.classes,
      labels: Object.fromEntries(
        inputsOf(dataset.train).map((row, i) => [cells[row], targetsOf(dataset.train)[i]]),
      ),
    };
  };

  test("of texts are sorted by their characters", async () => {
    expect(await classesOf(["pear", "Fig", "apple", "10"])).toEqual({
      names: ["10", "Fig", "apple", "pear"],
      labels: { pear: 3, Fig: 1, apple: 2, "10": 0 },
    });
  });

  test("of numbers are sorted by value, however they are written", async () => {
    expect(await classesOf(["10", "9", "9.0", "-1"])).toEqual({
      names: ["-1", "9", "10"],
      labels: { "10": 2, "9": 1, "9.0": 1, "-1": 0 },
    });
  });

  test("are split in proportion", async () => {
    const content = `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 4 === 0 ? "rare" : "usual"}\n`).join("")}`;
    const dataset = await load(content, { task: "classes", test: 8, validation: 8 });
    expect(targetsOf(dataset.test).filter((label) => label === 0)).toHaveLength(2);
  });
});

const refusals: [string, string | Uint8Array, object, string][] = [
  ["an empty file", "", {}, "numbers.csv is empty."],
  ["a header alone", "a,y\n", {}, "numbers.csv: no row follows the header."],
  ["no header", "1,2\n3,4\n", {}, "numbers.csv, line 1: there is no header, only numbers."],
  ["a column without a name", ",y\n0,1\n", {}, "numbers.csv, line 1: column 1 has no name."],
  [
    "a name without end",
    `${"a".repeat(1001)},y\n1,2\n`,
    {},
    "line 1: the name of column 1 has more than 1000 characters.",
  ],
  ["two columns of one name", "a,y,a\n1,2,3\n", {}, "line 1: columns 1 and 3 are both named 'a'."],
  ["an empty cell", "a,y\n1,2\n,3\n", {}, "numbers.csv, line 3: column 1 ('a') is empty."],
  ["a missing value", "a,y\n1,NA\n", {}, "line 2: column 2 ('y') is 'NA', a missing value."],
  ["not a number", "a,y\n1,2\n\n3,NaN\n", {}, "line 4: column 2 ('y') is 'NaN', a missing value."],
  ["infinity", "a,y\n1,inf\n", {}, "line 2: column 2 ('y') is 'inf', not a number."],
  ["a text", 'a,y\n"1,5",2\n', {}, "line 2: column 1 ('a') is '1,5', not a number."],
  ["too large a number", "a,y\n1,1e39\n", {}, "column 2 ('y') is '1e39', too large a number."],
  ["a short row", "a,b,y\n1,2,3\n4,5\n", {}, "line 3: 2 cells instead of 3, as the header has."],
  ["an unclosed quote", 'a,y\n1,2\n"3,4\n', {}, "not CSV"],
  ["a spreadsheet", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), {}, "numbers.csv is no text file."],
  [
    "an unknown target",
    NUMBERS,
    { targets: "Y " },
    "dataset.targets: {folder}numbers.csv has no column 'Y '. Did you mean 'y'? Its columns are 'a', 'b', 'y', 'z'.",
  ],
  ["an unknown input", NUMBERS, { inputs: ["c"] }, "dataset.inputs: {folder}numbers.csv has no column 'c'."],
  ["a column twice", NUMBERS, { inputs: ["a", "a"] }, "dataset.inputs names the column 'a' twice."],
  [
    "a target among the inputs",
    NUMBERS,
    { inputs: ["a", "y"] },
    "dataset.inputs names the column 'y', which is in dataset.targets.",
  ],
  ["nothing to learn from", "y\n1\n2\n", {}, "has no column but 'y': nothing is left as input."],
  [
    "sizes that take all rows",
    NUMBERS,
    { test: 3, validation: 2 },
    "has 5 rows, of which dataset.test takes 3 and dataset.validation takes 2: none are left to train on.",
  ],
  ["a share of no row", NUMBERS, { test: 0.01 }, "dataset.test is 0.01, which is none of the 5 rows of"],
  [
    "sizes beside a column",
    KINDS,
    { targets: "kind", splitColumn: "part", test: 2 },
    "dataset.splitColumn says which rows are held out, and so does dataset.test.",
  ],
  [
    "an unknown part",
    KINDS.replace("validation", "validaton"),
    { targets: "kind", task: "classes", splitColumn: "part" },
    "line 5: column 2 ('part') is 'validaton', not one of train, validation, test. Did you mean 'validation'?",
  ],
  [
    "a column without test rows",
    KINDS.replaceAll("test", "train"),
    { targets: "kind", task: "classes", splitColumn: "part" },
    "no row has 'test' in the column 'part'.",
  ],
  ["one class", "x,y\n1,a\n2,a\n", { task: "classes" }, "All rows have the class 'a' in the column 'y'"],
  [
    "classes of several columns",
    NUMBERS,
    { task: "classes", targets: ["y", "z"] },
    "dataset.targets lists 2 columns, and dataset.task is classes, which are one column's.",
  ],
  [
    "standardized classes",
    KINDS,
    { task: "classes", targets: "kind", standardize: "both" },
    "dataset.standardize is both, and classes cannot be standardized.",
  ],
  [
    "too many classes",
    `x,y\n${Array.from({ length: 257 }, (_, i) => `0,${i}\n`).join("")}`,
    { task: "classes" },
    "The column 'y' has 257 classes, and at most 256 can be told apart.",
  ],
  [
    "a class that is never trained on",
    KINDS.replace("5,test,blue", "5,test,green"),
    { task: "classes", targets: "kind", splitColumn: "part" },
    "line 6: no row of the class 'green' is among the training rows.",
  ],
];

describe("is refused with file, line and column", () => {
  test.each(refusals)("%s", async (_what, content, options, message) => {
    const expected = message.split("{folder}");
    const error: Error = await load(content, options).then(
      () => expect.unreachable(),
      (caught) => caught,
    );
    for (const part of expected) expect(error.message).toContain(part);
    expect(error).toMatchObject({ name: "PruneLabError", kind: "input" });
  });

  test("a test file without a column, and one that is the table itself", async () => {
    const files = { "test.csv": "a,b,y\n1,2,3\n" };
    await expect(load(NUMBERS, { test: "test.csv" }, { files })).rejects.toThrow(
      /dataset\.inputs: \S*test\.csv has no column 'z'\./,
    );
    await expect(load(NUMBERS, { test: "numbers.csv" })).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining("dataset.test names the rows that networks are trained on"),
      hint: "Write test: train if that is meant; results then say so",
    });
  });

  test("a class that only the test file has", async () => {
    const files = { "test.csv": "x,kind\n1,red\n2,green\n" };
    const content = "x,kind\n1,red\n2,blue\n3,red\n4,blue\n";
    await expect(
      load(content, { targets: "kind", task: "classes", test: "test.csv" }, { files }),
    ).rejects.toThrow(/test\.csv, line 3: column 2 \('kind'\) is 'green', a class without training rows\./);
  });

  test("another delimiter, which the hint names", async () => {
    await expect(load(NUMBERS.replaceAll(",", ";"))).rejects.toMatchObject({
      hint: 'Its cells seem to be separated otherwise: set dataset.delimiter: ";"',
    });
  });

  test("a name that cannot stand in results", async () => {
    await expect(load(NUMBERS, {}, { name: "my table.csv" })).rejects.toMatchObject({
      hint: "Set dataset.label",
    });
  });
});

test.each([
  { test: 1.5 },
  { validation: -1 },
  { validation: 2.5 },
  { test: 0 },
  { targets: [] },
  { task: "numbers" },
])("the schema refuses %j", (options) => {
  const chosen = { name: "table", path: "x.csv", targets: "y", ...options };
  expect(datasetSchema().safeParse(chosen).success).toBe(false);
});
