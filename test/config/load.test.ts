import { describe, expect, test } from "vitest";
import { datasets } from "../../src/datasets/registry.ts";
import { criteria } from "../../src/pruning/criteria/registry.ts";
import { load, MINIMAL, problemsOf } from "./fixtures.ts";

describe("a config that is right", () => {
  test("gets every default", async () => {
    expect(await load(MINIMAL)).toMatchObject({
      name: "case",
      dataset: { name: "mnist", source: "auto", validation: null, normalize: "unit" },
      model: { name: "mlp", hidden: [300, 100], activation: "relu" },
      train: { epochs: 10, batchSize: 64, optimizer: { name: "adam", learningRate: 0.001 } },
      prune: { finetune: { epochs: 3, select: "last" }, exclude: [], biases: false },
      seeds: [0, 1, 2],
      engine: "auto",
      output: { results: "results.csv" },
    });
  });

  test("fine-tunes with train's settings unless it has its own", async () => {
    const text = `${MINIMAL}train: { batchSize: 32, optimizer: { name: sgd } }\n`;
    const { train, prune } = await load(text);
    expect(prune.finetune).toMatchObject({
      batchSize: 32,
      optimizer: train.optimizer,
      schedule: train.schedule,
    });
    const own = await load(`${text}prune: { finetune: { batchSize: 16, optimizer: { name: adam } } }\n`);
    expect(own.prune.finetune).toMatchObject({ batchSize: 16, optimizer: { name: "adam" } });
  });

  test("finetune: null means no recovery", async () => {
    expect((await load(`${MINIMAL}prune: { finetune: null }\n`)).prune.finetune).toBeNull();
  });

  test("sparsities 0 and 1 are legal, and so are anchors", async () => {
    const config = await load(
      `${MINIMAL}train: { optimizer: &same { name: sgd } }\nprune: { sparsities: [0, 1], finetune: { optimizer: *same } }\n`,
    );
    expect(config.prune.sparsities).toEqual([0, 1]);
    expect(config.prune.finetune?.optimizer.name).toBe("sgd");
  });
});

const SPARSITY_RULE = "is not a number from 0 to 1. Sparsities are fractions: write 0.9 for 90%.";
const ROOT_KEYS =
  "Keys here: name, dataset, model, train, prune, seeds, engine, output, metrics, evaluate, labels, published, check.";

describe("what is wrong is said with file, line, path, value and the choices", () => {
  test.each([
    ["a misspelled key", "prun: 1", `case.yaml:3: prun: unknown key. Did you mean 'prune'? ${ROOT_KEYS}`],
    [
      "a key in the wrong place",
      "epochs: 3",
      `case.yaml:3: epochs: unknown key. Did you mean train.epochs or prune.finetune.epochs or prune.train.epochs? ${ROOT_KEYS}`,
    ],
    [
      "a nested unknown key",
      "train:\n  epochs: 3\n  lr: 0.1",
      "case.yaml:5: train.lr: unknown key. Did you mean train.optimizer.learningRate? Keys here: epochs, batchSize, optimizer, schedule, from, names.",
    ],
    [
      "a key of another member of a union",
      "train: { optimizer: { name: adam, momentum: 0.9 } }",
      "case.yaml:3: train.optimizer.momentum: not a key of this kind of train.optimizer. Keys here: name, learningRate, beta1, beta2, epsilon, weightDecay.",
    ],
    [
      "an unknown method",
      "prune:\n  methods:\n    - global-magnitude\n    - l1-unstructred",
      expect.stringMatching(
        /^case\.yaml:6: prune\.methods\.1: 'l1-unstructred' is not one of .*\. Did you mean 'l1-unstructured'\?$/,
      ),
    ],
    [
      "an unknown criterion of a combined method",
      "prune: { methods: [{ name: mine, criterion: magnitud, allocation: global }] }",
      `case.yaml:3: prune.methods.0.criterion: 'magnitud' is not one of ${criteria.names().join(", ")}. Did you mean 'magnitude'?`,
    ],
    [
      "a sparsity above 1",
      "prune: { sparsities: [0.5, 1.2] }",
      `case.yaml:3: prune.sparsities.1: 1.2 ${SPARSITY_RULE}`,
    ],
    ["a percentage", "prune: { sparsities: [90] }", `case.yaml:3: prune.sparsities.0: 90 ${SPARSITY_RULE}`],
    [
      "a percentage as text",
      "prune: { sparsities: [90%] }",
      `case.yaml:3: prune.sparsities.0: '90%' ${SPARSITY_RULE}`,
    ],
    [
      "a negative sparsity",
      "prune: { sparsities: [-0.1] }",
      `case.yaml:3: prune.sparsities.0: -0.1 ${SPARSITY_RULE}`,
    ],
    ["no sparsities", "prune: { sparsities: [] }", "case.yaml:3: prune.sparsities: the list is empty."],
    ["no methods", "prune: { methods: [] }", "case.yaml:3: prune.methods: the list is empty."],
    ["no seeds", "seeds: []", "case.yaml:3: seeds: the list is empty."],
    ["duplicate seeds", "seeds: [4, 5, 4]", "case.yaml:3: seeds.2: 4 is listed twice, first as entry 0."],
    [
      "duplicate sparsities",
      "prune: { sparsities: [0.9, 0.90] }",
      "case.yaml:3: prune.sparsities.1: 0.9 is listed twice, first as entry 0.",
    ],
    [
      "duplicate methods",
      "prune: { methods: [random-global, random-global] }",
      "case.yaml:3: prune.methods.1: random-global is listed twice, first as entry 0.",
    ],
    ["a fractional seed", "seeds: [0.5]", "case.yaml:3: seeds.0: 0.5 is not a whole number."],
    ["a negative seed", "seeds: [-1]", "case.yaml:3: seeds.0: -1 is too small: at least 0."],
    [
      "one seed without a list",
      "seeds: 7",
      "case.yaml:3: seeds: 7 is neither a list of seeds nor a rule. Write [7], or { until: 0.2 }.",
    ],
    [
      "a name with a path separator",
      "name: a/b",
      "case.yaml:3: name: 'a/b' cannot name a folder: letters, digits, '.', '_' and '-', starting with a letter or a digit.",
    ],
    [
      "a name that leads upwards",
      "name: ..",
      "case.yaml:3: name: '..' cannot name a folder: letters, digits, '.', '_' and '-', starting with a letter or a digit.",
    ],
    [
      "a device's name",
      "name: nul",
      "case.yaml:3: name: 'nul' cannot name a folder: Windows reserves it for a device.",
    ],
    [
      "a name that is too long for files",
      `name: ${"n".repeat(260)}`,
      `case.yaml:3: name: '${"n".repeat(57)}...' is too long: at most 100 characters.`,
    ],
    [
      "a method's name that is too long for files",
      `prune: { methods: [{ name: ${"m".repeat(260)}, criterion: magnitude, allocation: global }] }`,
      `case.yaml:3: prune.methods.0.name: '${"m".repeat(57)}...' is too long: at most 100 characters.`,
    ],
    [
      "methods whose files would be the same on some systems",
      "prune:\n  methods:\n    - { name: A, criterion: magnitude, allocation: global }\n    - { name: a, criterion: random, allocation: global }",
      "case.yaml:6: prune.methods.1: a and A differ only in case: on macOS and Windows they name the same file.",
    ],
    [
      "a method named like another but for case",
      "prune: { methods: [{ name: Global-Magnitude, criterion: random, allocation: global }] }",
      "case.yaml:3: prune.methods.0.name: 'Global-Magnitude' is a method already: write just its name, or choose another.",
    ],
    [
      "a method with a name of JavaScript's",
      "prune: { methods: [{ name: constructor, criterion: random, allocation: global }] }",
      "case.yaml:3: prune.methods.0.name: 'constructor' cannot name a method: JavaScript reserves it.",
    ],
    [
      "a results file that Windows cannot have",
      "output: { results: aux.csv }",
      "case.yaml:3: output.results: 'aux.csv' cannot name a file: Windows reserves it for a device.",
    ],
    ["a number as a name", "name: 2024", "case.yaml:3: name: 2024 is not text. Put it in quotes: '2024'."],
    [
      "a quoted number",
      "train: { epochs: '3' }",
      "case.yaml:3: train.epochs: '3' is not a number. Take the quotes off.",
    ],
    [
      "null for a mapping",
      "train:",
      "case.yaml:3: train: null is not a mapping of keys to values. Its keys: epochs, batchSize, optimizer, schedule, from, names.",
    ],
    [
      "a value out of range",
      "train: { batchSize: 0 }",
      "case.yaml:3: train.batchSize: 0 is too small: at least 1.",
    ],
    [
      "an excluded bound",
      "train: { optimizer: { name: sgd, momentum: 1 } }",
      "case.yaml:3: train.optimizer.momentum: 1 is too large: below 1.",
    ],
    [
      "Nesterov's momentum without momentum",
      "train: { optimizer: { name: sgd, nesterov: true } }",
      "case.yaml:3: train.optimizer.nesterov: Nesterov's momentum needs a momentum above 0: write momentum: 0.9, say.",
    ],
    [
      "a mapping for a name, whatever it has",
      "train: { optimizer: { name: { toString: 1 } } }",
      `case.yaml:3: train.optimizer.name: {"toString":1} is not one of adam, sgd.`,
    ],
    [
      "a mapping for a severity",
      "evaluate: { severities: [{ toString: 1 }] }",
      `case.yaml:3: evaluate.severities.0: '{"toString":1}' is no severity. Choices: 1, 2, 3, 4, 5.`,
    ],
    [
      "a missing discriminator",
      "train: { optimizer: { learningRate: 1 } }",
      "case.yaml:3: train.optimizer.name: missing; choose one of adam, sgd.",
    ],
    [
      "a missing setting",
      "train: { schedule: { name: step } }",
      "case.yaml:3: train.schedule.every: missing; a number is needed.",
    ],
    [
      "a results file that is no plain name",
      "output: { results: ../x.csv }",
      "case.yaml:3: output.results: '../x.csv' is not a plain file name that ends in .csv.",
    ],
    [
      "a results file that collides",
      "output: { results: Summary.csv }",
      "case.yaml:3: output.results: 'Summary.csv' is a file that every sweep writes, beside the results.",
    ],
  ])("%s", async (_case, text, message) => {
    expect(await problemsOf(`${MINIMAL}${text}\n`)).toEqual([message]);
  });

  test("an unknown engine names the choices", async () => {
    const [problem] = await problemsOf(`${MINIMAL}engine: referense\n`);
    expect(problem).toMatch(
      /^case\.yaml:3: engine: 'referense' is not one of auto, .*Did you mean 'reference'\?$/,
    );
  });

  test("an unknown dataset and a missing model, both at once", async () => {
    expect(await problemsOf("dataset: { name: mnst }\n")).toEqual([
      `case.yaml:1: dataset.name: 'mnst' is not one of ${datasets.names().join(", ")}. Did you mean 'mnist'?`,
      "case.yaml: model: missing; a mapping of keys to values is needed. Write { name: ... } with one of mlp, cnn, lenet-300-100, lenet-5, distilbert, pretrained.",
    ]);
  });

  test("inside a union without a name, the member that was meant is explained", async () => {
    const layers = (list: string) =>
      problemsOf(`dataset: { name: mnist }\nmodel: { name: cnn, layers: ${list} }\n`);
    expect(await layers("[{ conv: 20, kernal: 5 }]")).toEqual([
      "case.yaml:2: model.layers.0.kernal: unknown key. Did you mean 'kernel'? Keys here: conv, kernel, stride, padding.",
    ]);
    expect(await layers("[{ conv: 20 }, { pool: x }]")).toEqual([
      "case.yaml:2: model.layers.1.pool: 'x' is not a number.",
    ]);
    expect(
      await problemsOf("dataset: { name: mnist, normalize: { mean: 0.1 } }\nmodel: { name: mlp }\n"),
    ).toEqual(["case.yaml:1: dataset.normalize.std: missing; a number is needed."]);
  });

  test("the best epoch needs validation examples", async () => {
    expect(
      await problemsOf(
        "dataset: { name: mnist, validation: 0 }\nmodel: { name: mlp }\nprune: { finetune: { select: best } }\n",
      ),
    ).toEqual([
      "case.yaml:3: prune.finetune.select: 'best' is chosen on validation examples, and dataset.validation is 0. Write last.",
    ]);
  });
});

describe("what came from --set is said so", () => {
  test.each([
    [
      ["train.epoch=3"],
      "--set train.epoch=3: train.epoch: unknown key. Did you mean 'epochs'? Keys here: epochs, batchSize, optimizer, schedule, from, names.",
    ],
    [["prune.sparsities.0=90"], `--set prune.sparsities.0=90: prune.sparsities.0: 90 ${SPARSITY_RULE}`],
    [["seeds=[]"], "--set seeds=[]: seeds: the list is empty."],
    [
      ["train.optimizer.name=sdg"],
      "--set train.optimizer.name=sdg: train.optimizer.name: 'sdg' is not one of adam, sgd. Did you mean 'sgd'?",
    ],
    [
      ["prune.finetune.optimizer.learningRate=1e-4"],
      "--set prune.finetune.optimizer.learningRate=1e-4: prune.finetune.optimizer.name: missing; choose one of adam, sgd.",
    ],
    [["train.epochs=1", "train.epochs=x"], "--set train.epochs=x: train.epochs: 'x' is not a number."],
  ])("%j", async (set, message) => {
    expect(await problemsOf(MINIMAL, set)).toEqual([message]);
  });

  test("a value that the file gave keeps its line", async () => {
    expect(await problemsOf(`${MINIMAL}train:\n  epochs: -1\n`, ["train.batchSize=2"])).toEqual([
      "case.yaml:4: train.epochs: -1 is too small: at least 0.",
    ]);
  });

  test("a member's keys that are left behind are told by the file's line", async () => {
    const text = `${MINIMAL}train: { optimizer: { name: adam, beta1: 0.8 } }\n`;
    expect(await problemsOf(text, ["train.optimizer.name=sgd"])).toEqual([
      "case.yaml:3: train.optimizer.beta1: not a key of this kind of train.optimizer. Keys here: name, learningRate, momentum, nesterov, weightDecay.",
    ]);
  });
});
