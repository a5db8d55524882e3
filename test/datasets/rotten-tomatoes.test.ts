import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import type { ExampleSet } from "../../src/engines/examples.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { recordingContext } from "./fixtures.ts";
import { fullSet } from "./full-sets.ts";

const vocabulary = path.resolve("test/fixtures/bert-tokenizer");
const options = datasetSchema().parse({ name: "rotten-tomatoes", tokenizer: vocabulary });

test("is never another archive under its file's name", async () => {
  const data = await temporaryFolder();
  await writeFile(path.join(data, "sentence_polarity.zip"), "PK");
  await expect(loadDataset(options, recordingContext(data))).rejects.toMatchObject({
    kind: "input",
    message: expect.stringMatching(/is not nltk_data's sentence_polarity\.zip: expected SHA-256 6e1ed440/),
  });
});

const full = fullSet("rotten-tomatoes");

describe.runIf(full !== undefined)("Rotten Tomatoes (needs its file)", () => {
  test("is 10,662 sentences, of which the last tenth of each class is for tests", async () => {
    const context = recordingContext(full);
    const { train, validation, test: tested } = await loadDataset(options, context);
    expect([train.count, validation.count, tested.count]).toEqual([8636, 960, 1066]);
    const positive = ({ targets }: ExampleSet) =>
      targets.kind === "classes" ? targets.labels.reduce((sum, label) => sum + label, 0) : 0;
    expect([positive(train) + positive(validation), positive(tested)]).toEqual([4798, 533]);
    expect(context.notices).toEqual([]);
  });
});
