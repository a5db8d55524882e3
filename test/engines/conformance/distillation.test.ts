import { expect, test } from "vitest";
import type { Distillation, Network } from "../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import type { Masks } from "../../../src/network/mask.ts";
import type { Parameters } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { expectClose, expectSameBits, relativeError } from "../support/compare.ts";
import { describeEveryEngine, describeFastEngines, type MakeNetwork } from "../support/every-engine.ts";
import { cnn, dense, mlp, oddCnn, optimizers } from "../support/networks.ts";
import { everyPruning, initialParameters, inOrder, makeExamples, makeTeacher } from "../support/problems.ts";

/** Two logits or values, which are the biases: what comes in is 0. */
const twoOutputs: NetworkSpec = {
  inputShape: [1],
  layers: [dense("fc1", 1, 2)],
  loss: "softmax-cross-entropy",
};
const nothing = { shape: [1], inputs: { kind: "floats", values: new Float32Array(2) } } as const;
const labelled: ExampleSet = {
  ...nothing,
  count: 2,
  targets: { kind: "classes", labels: Uint8Array.of(0, 1), classes: 2 },
};
const withBiases = (...biases: number[]) =>
  new Map([
    ["fc1.weight", Float32Array.of(0, 0)],
    ["fc1.bias", Float32Array.from(biases)],
  ]);

/** The mean loss of the examples at `order`, and its gradient by the biases; nothing is moved. */
async function measure(
  network: Network,
  examples: ExampleSet,
  distillation: Distillation,
  order: Uint32Array = Uint32Array.of(0),
) {
  const { loss } = await network.train(examples, order, { batchSize: 64, learningRate: 0, distillation });
  const gradients = await network.gradients(examples, order, { distillation });
  return { loss, gradient: [...(gradients.get("fc1.bias") ?? [])] };
}

const close = (values: readonly number[], digits = 5) => values.map((value) => expect.closeTo(value, digits));

await describeEveryEngine((makeNetwork, tolerance) => {
  test("of classes by hand: cross-entropy, and the divergence at a temperature of 2", async () => {
    const network = await makeNetwork(twoOutputs, optimizers.plainSgd);
    // At 2: (3/4, 1/4) for the network, (1/10, 9/10) for the teacher. At 1: (9/10, 1/10).
    await network.writeParameters(withBiases(2 * Math.log(3), 0));
    const teacherOutputs = Float32Array.of(0, 2 * Math.log(9), 0, 0);
    const of = (weight: number) => measure(network, labelled, { teacherOutputs, temperature: 2, weight });
    const divergence = 0.1 * Math.log(0.1 / 0.75) + 0.9 * Math.log(0.9 / 0.25);
    expect(await of(1)).toEqual({
      loss: expect.closeTo(4 * divergence, 5),
      gradient: close([2 * (0.75 - 0.1), 2 * (0.25 - 0.9)]),
    });
    expect(await of(0)).toEqual({ loss: expect.closeTo(-Math.log(0.9), 5), gradient: close([-0.1, 0.1]) });
    expect(await of(0.25)).toEqual({
      loss: expect.closeTo(-0.75 * Math.log(0.9) + divergence, 5),
      gradient: close([-0.75 * 0.1 + 0.25 * 1.3, 0.75 * 0.1 - 0.25 * 1.3]),
    });
  });

  test("of values by hand: the squared error against both, whatever the temperature", async () => {
    const network = await makeNetwork({ ...twoOutputs, loss: "mean-squared-error" }, optimizers.plainSgd);
    await network.writeParameters(withBiases(1, 2));
    const targets = { kind: "values", values: Float32Array.of(0, 2, 0, 0), width: 2 } as const;
    const teacherOutputs = Float32Array.of(1, 5, 0, 0);
    for (const temperature of [1, 8]) {
      // (1, 0) from the target and (0, -3) from the teacher, whose squares are 1/2 and 9/2 in the mean.
      const distillation = { teacherOutputs, temperature, weight: 0.75 };
      expect(await measure(network, { ...labelled, targets }, distillation)).toEqual({
        loss: expect.closeTo(0.25 * 0.5 + 0.75 * 4.5, 5),
        gradient: close([0.25 * 1, 0.75 * -3]),
      });
    }
  });

  test("the teacher's outputs are those of the example, in whatever order and batches", async () => {
    const spec = mlp();
    const examples = makeExamples(spec, 40);
    const distillation = { teacherOutputs: makeTeacher(spec, examples), temperature: 3, weight: 0.6 };
    const [whole, single] = [
      await makeNetwork(spec, optimizers.plainSgd),
      await makeNetwork(spec, optimizers.plainSgd),
    ];
    for (const network of [whole, single]) await network.writeParameters(initialParameters(spec));
    const order = Uint32Array.of(39, 3, 3, 17, 0, 25);
    const options = { learningRate: 0, distillation };
    const { loss } = await whole.train(examples, order, { ...options, batchSize: 6 });
    let sum = 0;
    for (const example of order) {
      sum += (await single.train(examples, Uint32Array.of(example), { ...options, batchSize: 1 })).loss;
    }
    expect(relativeError([loss], [sum / order.length])).toBeLessThanOrEqual(tolerance);
  });

  test.each([mlp(), mlp("mean-squared-error")])(
    "a network that equals its teacher stays: %#",
    async (spec) => {
      const network = await makeNetwork(spec, optimizers.plainSgd);
      await network.writeParameters(initialParameters(spec));
      const examples = makeExamples(spec, 30);
      const teacherOutputs = await network.outputs(examples, inOrder(30));
      const distillation = { teacherOutputs, temperature: 4, weight: 1 };
      const { loss } = await network.train(examples, inOrder(30), {
        batchSize: 7,
        learningRate: 0.1,
        distillation,
      });
      expect(loss).toBeCloseTo(0, 6);
      expectClose(await network.readParameters(), initialParameters(spec), 1e-6);
    },
  );

  test("a weight of 0 is training without a teacher", async () => {
    const spec = mlp();
    const examples = makeExamples(spec, 60);
    const teacherOutputs = makeTeacher(spec, examples);
    const trained = [];
    for (const distillation of [undefined, { teacherOutputs, temperature: 4, weight: 0 }]) {
      const network = await makeNetwork(spec, optimizers.adam);
      await network.writeParameters(initialParameters(spec));
      await network.train(examples, inOrder(60), { batchSize: 16, learningRate: 0.001, distillation });
      trained.push(await network.readParameters());
    }
    const [plain = new Map(), distilled = new Map()] = trained;
    expectSameBits(distilled, plain);
  });

  test("large logits do not overflow, and a teacher that is sure of another class is far away", async () => {
    const network = await makeNetwork(twoOutputs, optimizers.plainSgd);
    await network.writeParameters(withBiases(2e4, -2e4));
    const teacherOutputs = Float32Array.of(-2e4, 2e4, 2e4, -2e4);
    const of = (order: Uint32Array<ArrayBuffer>) =>
      measure(network, labelled, { teacherOutputs, temperature: 2, weight: 1 }, order);
    expect(await of(Uint32Array.of(0))).toEqual({ loss: 4 * 2e4, gradient: [2, -2] });
    expect(await of(Uint32Array.of(1))).toEqual({ loss: 0, gradient: [0, 0] });
  });

  test("a teacher's NaN reaches the loss", async () => {
    const network = await makeNetwork(twoOutputs, optimizers.plainSgd);
    const distillation = {
      teacherOutputs: Float32Array.of(0, Number.NaN, 0, 0),
      temperature: 2,
      weight: 0.5,
    };
    const result = await network.train(labelled, inOrder(2), { batchSize: 2, learningRate: 0, distillation });
    expect(result.finite).toBe(false);
  });
});

const networks = { mlp: mlp(), cnn: cnn(), "odd cnn": oddCnn("mean-squared-error") };
const cases = Object.entries(networks).flatMap(([network, spec]) =>
  everyPruning(spec).map(([pruning, masks]) => ({ network, spec, pruning, masks })),
);
const mixtures = [
  { temperature: 1, weight: 0.5 },
  { temperature: 4, weight: 0.9 },
  { temperature: 20, weight: 1 },
];

/** What a network shows under each mixture, trained with one after the other. */
interface Shown {
  readonly temperature: number;
  /** Of kept values, and of all. */
  readonly gradients: readonly Parameters[];
  readonly loss: number;
  readonly weights: Parameters;
}

async function shownOf(make: MakeNetwork, spec: NetworkSpec, masks: Masks): Promise<readonly Shown[]> {
  const examples = makeExamples(spec, 70);
  const teacherOutputs = makeTeacher(spec, examples);
  const network = await make(spec, optimizers.decayedSgd);
  await network.writeParameters(initialParameters(spec));
  await network.setMasks(masks);
  const shown: Shown[] = [];
  for (const mixture of mixtures) {
    const distillation = { teacherOutputs, ...mixture };
    const gradients: Parameters[] = [];
    for (const masked of [true, false]) {
      gradients.push(await network.gradients(examples, inOrder(70).reverse(), { distillation, masked }));
    }
    const options = { batchSize: 16, learningRate: 0.02, distillation };
    const { loss } = await network.train(examples, inOrder(70), options);
    shown.push({
      temperature: mixture.temperature,
      gradients,
      loss,
      weights: await network.readParameters(),
    });
  }
  return shown;
}

/** What the reference shows: the same for every engine, and the slowest to compute. */
const known = new Map<string, Promise<readonly Shown[]>>();

await describeFastEngines((makeNetwork, makeReference, tolerance) => {
  test.each(cases)("steps and gradients equal the reference's: $network, $pruning", async (each) => {
    const { network, pruning, spec, masks } = each;
    const key = `${network}, ${pruning}`;
    const expected = known.get(key) ?? shownOf(makeReference, spec, masks);
    known.set(key, expected);
    const actual = await shownOf(makeNetwork, spec, masks);
    expect(actual).toHaveLength(mixtures.length);
    for (const [i, { temperature, gradients, loss, weights }] of (await expected).entries()) {
      const shown = actual[i] as Shown;
      for (const [g, tensors] of gradients.entries()) {
        const context = `gradients at a temperature of ${temperature}`;
        expectClose(shown.gradients[g] ?? new Map(), tensors, tolerance, context);
      }
      expect(relativeError([shown.loss], [loss])).toBeLessThanOrEqual(tolerance);
      expectClose(shown.weights, weights, tolerance, "weights");
    }
  });
});
