import { beforeAll, describe, expect, it } from "vitest";
import { planStudy } from "../../src/experiment/plan.ts";
import type { RunSettings } from "../../src/experiment/settings.ts";
import { refuseNothingToTrainOn } from "../../src/experiment/unfit-data.ts";
import { buildNetwork } from "../../src/models/registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStudy } from "../support/tiny-study.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});

const read = { file: "w", sha256: "0".repeat(64), names: {} };
const none = { train: 0, validation: 0, test: 60 };

/** What is said of a study without training examples, whose weights are read. */
async function refusal(
  prune: object,
  settings: Partial<RunSettings> = { weights: read },
  examples = none,
): Promise<string> {
  const base = { methods: ["l1-unstructured"], sparsities: [0, 0.5], finetune: null };
  const options = await tinyStudy(folder, { prune: { ...base, ...prune }, seeds: [0] });
  const full: RunSettings = {
    network: buildNetwork(options.model, [1, 6, 6], 3, "softmax-cross-entropy"),
    initializer: options.model.initializer,
    train: options.train,
    finetune: options.prune.finetune,
    prunable: ["fc1.weight", "fc2.weight", "fc3.weight"],
    ...settings,
  };
  const identity = { settings: full, datasetChecksum: "d", engineIdentity: "e", plugins: {} };
  const plan = planStudy({ ...identity, options, trainExamples: examples.train });
  try {
    refuseNothingToTrainOn(plan, full.weights !== undefined, { name: "texts", examples });
    return "nothing";
  } catch (error) {
    expect(error).toMatchObject({ kind: "input" });
    return error instanceof Error ? error.message : "";
  }
}

describe("without training examples", () => {
  const begins = "The dataset texts has no training examples, and ";

  it("weights that are read are pruned by what they are", async () => {
    const own = ["l1-unstructured", "global-magnitude", "random-global", "lamp", "ln-structured"];
    expect(await refusal({ methods: own })).toBe("nothing");
  });

  it("nothing can be trained", async () => {
    expect(await refusal({}, {})).toBe(`${begins}the dense network is trained.`);
    expect(await refusal({ finetune: { epochs: 1 } })).toBe(
      `${begins}networks are trained once they are pruned (prune.finetune).`,
    );
  });

  it("no method can look at them", async () => {
    expect(await refusal({ methods: ["l1-unstructured", "wanda"] })).toBe(
      `${begins}the method wanda scores weights by them (wanda).`,
    );
    expect(await refusal({ methods: [{ name: "guess", construction: "predict-mean" }] })).toMatch(
      /the method guess is constructed/,
    );
  });

  it("with some, all is well", async () => {
    expect(await refusal({ methods: ["wanda"] }, {}, { ...none, train: 10 })).toBe("nothing");
  });
});
