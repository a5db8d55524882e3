import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engines/registry.ts";
import { withEvidence } from "../../../src/experiment/pruning/evidence.ts";
import { Pruner } from "../../../src/experiment/pruning/pruner.ts";
import type { RunEnvironment } from "../../../src/experiment/runs/run.ts";
import { type RandomStream, randomStream } from "../../../src/foundations/random.ts";
import { parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { criteria } from "../../../src/pruning/criteria/registry.ts";
import type { Gathered } from "../../../src/pruning/criterion.ts";
import { methods } from "../../../src/pruning/methods.ts";
import { relativeError } from "../../engines/support/compare.ts";
import { uniform } from "../../engines/support/numbers.ts";
import { initialParameters, makeExamples } from "../../engines/support/problems.ts";
import { chosen } from "../../pruning/fixtures.ts";

/** Made by test/fixtures/pytorch/criteria.py. */
interface Fixture {
  readonly spec: NetworkSpec;
  readonly examples: number;
  readonly inputSalt: number;
  /** Of criteria that take some, each over all examples. */
  readonly steps: number;
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

/** The options of each case that has more than defaults. */
const options: Readonly<Record<string, Record<string, unknown>>> = {
  "grasp-1": { name: "grasp", temperature: 1 },
  movement: { learningRate: 0.1 },
  l0: { penalty: 1e-3 },
};

const TOLERANCE = 1e-4;
const engine = await openEngine("reference", () => {});

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
  const { spec, examples, inputSalt, steps, gateSalt, scores, masks, revised } = JSON.parse(
    readFileSync(file, "utf8"),
  ) as Fixture;
  const tensors = parameterSpecs(spec).filter(({ role }) => role === "weight");
  const weights = initialParameters(spec);
  const train = makeExamples(spec, examples, inputSalt);
  const none = makeExamples(spec, 0);
  const environment: RunEnvironment = {
    engine,
    dataset: { name: "test", checksum: "test", sources: [], train, validation: none, test: none },
    settings: {
      network: spec,
      initializer: { name: "pytorch" },
      train: {
        epochs: 1,
        batchSize: examples,
        optimizer: { name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0 },
        schedule: { name: "constant" },
      },
      finetune: null,
      prunable: tensors.map(({ name }) => name),
    },
    onStep: () => {},
  };

  /** The draws of the formula in place of chance. */
  function drawsOf(tensor: string): RandomStream {
    const number = tensors.findIndex(({ name }) => name === tensor);
    const draws = uniform(steps * (tensors[number]?.size ?? 0), gateSalt + number).values();
    return { ...randomStream(0), uniform: () => draws.next().value ?? Number.NaN };
  }

  test.each(Object.entries(scores).filter(([name]) => name !== "optimal-brain-damage"))(
    "scores of %s",
    async (name, expected) => {
      const all = { name, steps, batchSize: examples, ...options[name] };
      const { shape } = criteria.named(all.name).options;
      const written = Object.fromEntries(
        Object.entries(all).filter(([key]) => key === "name" || key in shape),
      );
      const criterion = criteria.named(all.name);
      const own = chosen("criterion", { ...written, name: all.name });
      const found = await withEvidence(
        criterion.needs?.(own) ?? {},
        { weights, seed: 0, environment },
        async (gathered) =>
          criterion.scores(
            { tensors, weights, source: "test", randomStream: drawsOf, ...(gathered as Gathered) },
            own,
          ),
      );
      expect([...found.keys()]).toEqual(Object.keys(expected));
      for (const [tensor, values] of found) {
        expect.soft(relativeError(values, expected[tensor] ?? []), tensor).toBeLessThanOrEqual(TOLERANCE);
      }
    },
  );

  const everyRevision = Object.entries(revised).flatMap(([sparsity, byMethod]) =>
    Object.entries(byMethod).map(([name, expected]) => [name, Number(sparsity), expected] as const),
  );
  test.each(everyRevision)("weights after %s at a sparsity of %d", async (name, sparsity, expected) => {
    const pruner = new Pruner(
      { method: methods.named(name), seed: 0, tensors, masks: new Map(), before: 0 },
      environment,
    );
    await pruner.prune(weights, sparsity);
    for (const [tensor, values] of Object.entries(expected)) {
      const mask = pruner.masks.get(tensor);
      const kept = pruner.revised?.get(tensor)?.map((value, i) => (mask?.[i] === 1 ? value : 0));
      expect.soft(relativeError(kept ?? [], values), tensor).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  const everyMask = Object.entries(masks).flatMap(([sparsity, byMethod]) =>
    Object.entries(byMethod).map(([name, expected]) => [name, Number(sparsity), expected] as const),
  );
  test.each(everyMask)("masks of %s at a sparsity of %d", async (name, sparsity, expected) => {
    const pruner = new Pruner(
      { method: methods.named(name), seed: 0, tensors, masks: new Map(), before: 0 },
      environment,
    );
    await pruner.prune(weights, sparsity);
    expect(Object.fromEntries([...pruner.masks].map(([tensor, mask]) => [tensor, mask.join("")]))).toEqual(
      expected,
    );
  });
});
