import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import { withEvidence } from "../../../src/experiment/pruning/evidence.ts";
import { Pruner } from "../../../src/experiment/pruning/pruner.ts";
import type { RunEnvironment } from "../../../src/experiment/runs/run.ts";
import { type RandomStream, randomStream } from "../../../src/foundations/random.ts";
import { parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { criteria } from "../../../src/pruning/criteria/registry.ts";
import type { Gathered, Scores } from "../../../src/pruning/criterion.ts";
import type { Chosen } from "../../../src/pruning/method.ts";
import { methods } from "../../../src/pruning/methods.ts";
import { relativeError } from "../../engines/support/compare.ts";
import { uniform } from "../../engines/support/numbers.ts";
import { initialParameters, makeExamples } from "../../engines/support/problems.ts";
import { chosen } from "../../pruning/fixtures.ts";

/** Made by test/fixtures/pytorch/criteria.py. */
interface Fixture {
  readonly spec: NetworkSpec;
  readonly inputSalt: number;
  /** Where the draws of the gates of the first tensor start. */
  readonly gateSalt: number;
  /** By case, by tensor. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  /** By sparsity, by named method, by tensor: a 1 for what is kept. */
  readonly masks: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  /** Likewise the weights afterwards, of methods that change them. */
  readonly revised: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>>
  >;
}

const EXAMPLES = 40;
/** Each step takes all examples, so that their order does not matter. */
const learning = { steps: 5, batchSize: EXAMPLES };

/** What each case is called in the config. */
const cases: Readonly<Record<string, Chosen>> = {
  taylor: { name: "taylor" },
  grasp: { name: "grasp" },
  "grasp-1": { name: "grasp", temperature: 1 },
  synflow: { name: "synflow" },
  fisher: { name: "fisher" },
  "optimal-brain-damage": { name: "optimal-brain-damage", examples: 100_000 },
  wanda: { name: "wanda" },
  movement: { name: "movement", ...learning, learningRate: 0.1 },
  "learned-mask": { name: "learned-mask", ...learning, penalty: 1e-3 },
  l0: { name: "l0", ...learning, penalty: 1e-3 },
};

const engine = await openEngine("reference", () => {});

/** The examples, each so many times. */
function repeated(examples: ExampleSet, times: number): ExampleSet {
  const again = <T extends ArrayLike<number>>(values: T) =>
    Array.from({ length: times }, () => [...Array.from(values)]).flat();
  const { inputs, targets } = examples;
  if (inputs.kind !== "bytes" || targets.kind !== "classes") throw new Error("other examples than expected");
  return {
    ...examples,
    count: times * examples.count,
    inputs: { ...inputs, values: Uint8Array.from(again(inputs.values)) },
    targets: { ...targets, labels: Uint8Array.from(again(targets.labels)) },
  };
}

describe.each(["mlp", "cnn"])("as in plain PyTorch: %s", (network) => {
  const file = path.join(
    import.meta.dirname,
    "..",
    "..",
    "fixtures",
    "pytorch",
    "criteria",
    `${network}.json`,
  );
  const { spec, inputSalt, gateSalt, scores, masks, revised } = JSON.parse(
    readFileSync(file, "utf8"),
  ) as Fixture;
  const tensors = parameterSpecs(spec).filter(({ role }) => role === "weight");
  const weights = initialParameters(spec);
  const examples = makeExamples(spec, EXAMPLES, inputSalt);

  function environmentWith(train: ExampleSet): RunEnvironment {
    const none = makeExamples(spec, 0);
    return {
      engine,
      dataset: { name: "test", checksum: "test", sources: [], train, validation: none, test: none },
      settings: {
        network: spec,
        initializer: { name: "pytorch" },
        train: {
          epochs: 1,
          batchSize: EXAMPLES,
          optimizer: { name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0 },
          schedule: { name: "constant" },
        },
        finetune: null,
        prunable: tensors.map(({ name }) => name),
      },
      onStep: () => {},
    };
  }

  /** The draws of the formula in place of chance. */
  function drawsOf(tensor: string): RandomStream {
    const number = tensors.findIndex(({ name }) => name === tensor);
    const draws = uniform(learning.steps * (tensors[number]?.size ?? 0), gateSalt + number).values();
    return { ...randomStream(0), uniform: () => draws.next().value ?? Number.NaN };
  }

  async function scoresOf(name: string, train: ExampleSet): Promise<Scores> {
    const options = chosen("criterion", cases[name] ?? name);
    const criterion = criteria.named(options.name);
    const subject = { weights, seed: 0, environment: environmentWith(train) };
    const evidence = { tensors, weights, source: `test ${name}`, randomStream: drawsOf };
    return withEvidence(criterion.needs?.(options) ?? {}, subject, async (gathered) =>
      criterion.scores({ ...evidence, ...(gathered as Gathered) }, options),
    );
  }

  const ofChance = "optimal-brain-damage";

  test.each(Object.entries(scores).filter(([name]) => name !== ofChance))(
    "scores of %s",
    async (name, expected) => {
      const found = await scoresOf(name, examples);
      expect([...found.keys()]).toEqual(Object.keys(expected));
      for (const [tensor, values] of found) {
        expect(relativeError(values, expected[tensor] ?? []), tensor).toBeLessThanOrEqual(1e-4);
      }
    },
  );

  // Targets are drawn: the reference has what comes out on average.
  test(`scores of ${ofChance}`, async () => {
    for (const [tensor, values] of await scoresOf(ofChance, repeated(examples, 100))) {
      const expected = scores[ofChance]?.[tensor] ?? [];
      expect(relativeError(values, expected), tensor).toBeLessThanOrEqual(0.1);
      const sum = (of: Iterable<number>) => [...of].reduce((total, value) => total + value, 0);
      expect(sum(values) / sum(expected), tensor).toBeCloseTo(1, 1);
    }
  });

  const everyRevision = Object.entries(revised).flatMap(([sparsity, byMethod]) =>
    Object.entries(byMethod).map(([name, expected]) => [name, Number(sparsity), expected] as const),
  );
  test.each(everyRevision)("weights after %s at a sparsity of %d", async (name, sparsity, expected) => {
    const method = methods.named(name);
    const pruner = new Pruner(
      { method, seed: 0, tensors, masks: new Map(), before: 0 },
      environmentWith(examples),
    );
    await pruner.prune(weights, sparsity);
    for (const [tensor, values] of Object.entries(expected)) {
      const mask = pruner.masks.get(tensor);
      const kept = pruner.revised?.get(tensor)?.map((value, i) => (mask?.[i] === 1 ? value : 0));
      expect(relativeError(kept ?? [], values), tensor).toBeLessThanOrEqual(1e-4);
    }
  });

  const everyMask = Object.entries(masks).flatMap(([sparsity, byMethod]) =>
    Object.entries(byMethod).map(([name, expected]) => [name, Number(sparsity), expected] as const),
  );
  test.each(everyMask)("masks of %s at a sparsity of %d", async (name, sparsity, expected) => {
    const pruner = new Pruner(
      { method: methods.named(name), seed: 0, tensors, masks: new Map(), before: 0 },
      environmentWith(examples),
    );
    await pruner.prune(weights, sparsity);
    expect(Object.fromEntries([...pruner.masks].map(([tensor, mask]) => [tensor, mask.join("")]))).toEqual(
      expected,
    );
  });
});
