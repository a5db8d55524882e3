import { describe, expect, test } from "vitest";
import { load, MINIMAL, problemsOf } from "./fixtures.ts";

describe("--set", () => {
  test("replaces a value, null included; the last one wins", async () => {
    const config = await load(MINIMAL, [
      "train.epochs=3",
      "train.epochs=4",
      "prune.finetune=null",
      "seeds=[7, 8]",
    ]);
    expect(config.train.epochs).toBe(4);
    expect(config.prune.finetune).toBeNull();
    expect(config.seeds).toEqual([7, 8]);
  });

  test("the value is YAML and may hold '='", async () => {
    const config = await load(MINIMAL, [
      "model={ name: mlp, hidden: [8] }",
      "train.optimizer.learningRate=1e-2",
    ]);
    expect(config.model).toMatchObject({ name: "mlp", hidden: [8] });
    expect(config.train.optimizer.learningRate).toBe(0.01);
    expect(await problemsOf(MINIMAL, ["name=a=b"])).toEqual([
      expect.stringContaining("--set name=a=b: name: 'a=b' cannot name a folder"),
    ]);
  });

  test("reaches into a list, and into defaults that the file leaves out", async () => {
    const config = await load(MINIMAL, ["prune.sparsities.1=0.3", "train.optimizer.learningRate=0.5"]);
    expect(config.prune.sparsities.slice(0, 3)).toEqual([0, 0.3, 0.4]);
    expect(config.train.optimizer).toMatchObject({ name: "adam", learningRate: 0.5 });
  });

  test("a mapping that the file has keeps its other values", async () => {
    const config = await load(`${MINIMAL}train: { epochs: 2, batchSize: 32 }\n`, ["train.epochs=5"]);
    expect(config.train).toMatchObject({ epochs: 5, batchSize: 32 });
  });

  test("fine-tuning that the file turns off can be turned on again", async () => {
    const config = await load(`${MINIMAL}prune: { finetune: null }\n`, ["prune.finetune.epochs=2"]);
    expect(config.prune.finetune).toMatchObject({ epochs: 2, select: "last" });
  });

  test("changes a union's member when no keys of the old one are there", async () => {
    const config = await load(MINIMAL, ["train.optimizer.name=sgd", "model.name=lenet-5"]);
    expect(config.train.optimizer).toMatchObject({ name: "sgd", learningRate: 0.1 });
    expect(config.model.name).toBe("lenet-5");
  });

  test.each([
    ["train.epochs", "--set train.epochs: not of the form path=value, such as train.epochs=3."],
    ["=3", "--set =3: not of the form path=value, such as train.epochs=3."],
    ["train..epochs=3", "--set train..epochs=3: not of the form path=value, such as train.epochs=3."],
    ["train.epochs=", "--set train.epochs=: there is no value after '='; write null for none."],
    [
      "prune.sparsities.20=0.5",
      "--set prune.sparsities.20=0.5: prune.sparsities has the indexes 0 to 8, and no '20'.",
    ],
    [
      "prune.sparsities.x=0.5",
      "--set prune.sparsities.x=0.5: prune.sparsities has the indexes 0 to 8, and no 'x'.",
    ],
    ["prune.exclude.0=fc1", "--set prune.exclude.0=fc1: prune.exclude is an empty list, and no '0'."],
    ["seeds=*x", "--set seeds=*x: not valid YAML: there is no anchor &x before *x."],
    ["seeds=&a [*a]", "--set seeds=&a [*a]: *a stands for something that it is part of."],
    [
      `seeds=${"[".repeat(5000)}`,
      `--set seeds=${"[".repeat(91)}...: there are more than 100 lists and mappings within one another.`,
    ],
    ["model.name.x=1", "--set model.name.x=1: model.name is 'mlp', which has no 'x' to set."],
  ])("refuses %s", async (set, message) => {
    expect(await problemsOf(MINIMAL, [set])).toEqual([message]);
  });

  test("refuses a value that is not YAML", async () => {
    expect(await problemsOf(MINIMAL, ["seeds=[1"])).toEqual([
      expect.stringMatching(/^--set seeds=\[1: the value is not valid YAML: /),
    ]);
  });

  test("a key such as __proto__ is an unknown key and changes nothing else", async () => {
    expect(await problemsOf(MINIMAL, ["__proto__.polluted=1"])).toEqual([
      expect.stringContaining("__proto__: unknown key."),
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
