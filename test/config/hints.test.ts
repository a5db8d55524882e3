import { describe, expect, test } from "vitest";
import { MINIMAL, problemsOf } from "./fixtures.ts";

/** The first of the problems that a `--set` makes, without what it repeats. */
async function problemWith(set: string): Promise<string> {
  const [problem = ""] = await problemsOf(MINIMAL, [set]);
  return problem.replace(`--set ${set}: `, "");
}

describe("an error says what to write instead", () => {
  test.each([
    ["train.optimizer=sgd", "'sgd' is not a mapping of keys to values. Write { name: sgd }."],
    ["train.schedule=step", "Write { name: step, every: ... }."],
    ["train.schedule=Cosine", "Did you mean { name: cosine }?"],
    ["dataset=mnist", "Write { name: mnist }."],
    ["dataset=[mnist]", "Write { name: mnist }."],
    [
      "dataset=cifar",
      "Write { name: ... } with one of mnist, fashion-mnist, kmnist, emnist, digits8x8, sst2, rotten-tomatoes, idx, table, text, synthetic.",
    ],
    ["dataset.name=fmnist", "Did you mean 'fashion-mnist'?"],
    ["model.name=lenet", "Did you mean 'lenet-5'?"],
    ["dataset.normalize=imagenet", "'imagenet' is not possible here. Write unit or { mean: ..., std: ... }."],
    ["prune.finetune=false", "false is not a mapping of keys to values. Write null for none."],
    ["prune.finetune=none", "Write null for none."],
    ["prune.finetune=true", "Write {} for its defaults."],
    ["prune.finetune=3", "Its keys: epochs, batchSize, optimizer, learningRate, schedule, select."],
    ["prune.biases=yes", "'yes' is not true or false. Write true."],
    ["prune.methods=[L1]", "Did you mean 'l1-unstructured'?"],
    ["prune.methods=[global]", "write { name: my-global, criterion: magnitude, allocation: global }"],
    [
      "prune.methods=[magnitude]",
      "'magnitude' is a kind of criterion: write { name: my-magnitude, criterion: magnitude, allocation: global }, or take one that has it: l1-unstructured, global-magnitude, ",
    ],
    [
      "prune.methods=[iterative]",
      "'iterative' is a kind of schedule: write { name: my-iterative, criterion: magnitude, allocation: global, schedule: iterative }, or take one that has it: lottery-ticket, learning-rate-rewinding.",
    ],
    ["prune.methods=[{ name: x, criterion: L1, allocation: global }]", "Did you mean 'magnitude'?"],
    ["train.lr=0.1", "train.lr: unknown key. Did you mean train.optimizer.learningRate?"],
    ["train.optimizer.lr=0.1", "Did you mean 'learningRate'?"],
    ["train.batch_size=8", "Did you mean 'batchSize'?"],
    ["dataset={name:mnist}", "A space is missing after the colon: write name: mnist."],
    ["train={epochs:3}", "A space is missing after the colon: write epochs: 3."],
    ["train=epochs:3", "A space is missing after the colon: write epochs: 3."],
    ["engine=cuda", "Did you mean 'tensorflow'?"],
  ])("%s: %s", async (set, message) => {
    expect(await problemWith(set)).toContain(message);
  });

  test("what one writes then is right", async () => {
    const right = [
      "train.optimizer={ name: sgd }",
      "train.schedule={ name: step, every: 2 }",
      "prune.finetune={}",
      "prune.methods=[{ name: my-iterative, criterion: magnitude, allocation: global, schedule: iterative }]",
    ];
    for (const set of right)
      await expect(problemsOf(MINIMAL, [set])).rejects.toThrow("expected an input error");
  });
});
