import { beforeAll, expect, test } from "vitest";
import { idleSeedsNotice } from "../../src/experiment/idle-seeds.ts";
import { planStudy } from "../../src/experiment/plan.ts";
import type { RunSettings } from "../../src/experiment/settings.ts";
import { buildNetwork } from "../../src/models/registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStudy } from "../support/tiny-study.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});

async function notice(prune: object, seeds = [0, 1], settings: Partial<RunSettings> = {}) {
  const base = { methods: ["l1-unstructured"], sparsities: [0, 0.5], finetune: null };
  const options = await tinyStudy(folder, { prune: { ...base, ...prune }, seeds });
  const full: RunSettings = {
    network: buildNetwork(options.model, [1, 6, 6], 3, "softmax-cross-entropy"),
    initializer: options.model.initializer,
    train: options.train,
    weights: { file: "w", sha256: "0".repeat(64), names: {} },
    finetune: options.prune.finetune,
    prunable: ["fc1.weight", "fc2.weight", "fc3.weight"],
    ...settings,
  };
  const identity = { settings: full, datasetChecksum: "d", engineIdentity: "e", plugins: {} };
  return idleSeedsNotice(planStudy({ ...identity, options, trainExamples: 150 }), full, seeds);
}

test("several seeds of one network that is only pruned say nothing, which is told", async () => {
  expect(await notice({})).toBe(
    "Nothing in this study is random: the weights are read, and nothing is trained. The 2 seeds give the same figures, and intervals over them say nothing: set seeds: [0].",
  );
});

test("seeds say something where networks are trained, or something is drawn", async () => {
  expect(await notice({}, [0])).toBeUndefined();
  expect(await notice({}, [0, 1], { weights: undefined })).toBeUndefined();
  expect(await notice({ finetune: { epochs: 1 } })).toBeUndefined();
  expect(await notice({ methods: ["random-global"] })).toBeUndefined();
  expect(await notice({ methods: ["l1-unstructured", "wanda"] })).toBeUndefined();
});
