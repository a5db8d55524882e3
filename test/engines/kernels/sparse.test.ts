import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Engine, Network } from "../../../src/engines/engine.ts";
import { reference } from "../../../src/engines/reference/index.ts";
import { sha256 } from "../../../src/foundations/hash.ts";
import type { Masks } from "../../../src/network/mask.ts";
import { type ParameterSpec, parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { expectClose, expectSameBits, relativeError } from "../support/compare.ts";
import { cnn, mlp, oddCnn, optimizers } from "../support/networks.ts";
import { uniform } from "../support/numbers.ts";
import { initialParameters, inOrder, makeExamples, weightMasks } from "../support/problems.ts";
import { builds } from "./builds.ts";
import { convNetwork, denseNetwork, withoutAnyBias } from "./random-networks.ts";

/** How a tensor is masked: at random, and whole outputs or inputs besides. */
interface Pattern {
  readonly density: number;
  readonly emptyRows: boolean;
  readonly emptyColumns: boolean;
}

const pattern: fc.Arbitrary<Pattern> = fc.record({
  density: fc.oneof(fc.constantFrom(0, 0.01, 0.1, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  emptyRows: fc.boolean(),
  emptyColumns: fc.boolean(),
});

/** A pattern for each tensor in turn, biases now and then. */
const patterns = fc.array(pattern, { minLength: 1, maxLength: 6 });

function masksOf(spec: NetworkSpec, patterns: readonly Pattern[]): Masks {
  const masks = new Map<string, Uint8Array>();
  parameterSpecs(spec).forEach((parameter, index) => {
    const pattern = patterns[index % patterns.length];
    if (pattern === undefined || (parameter.role === "bias" && index % 4 === 1)) return;
    masks.set(parameter.name, mask(parameter, pattern, 7 * index));
  });
  return masks;
}

function mask({ shape, size }: ParameterSpec, { density, emptyRows, emptyColumns }: Pattern, salt: number) {
  const columns = size / (shape[0] ?? 1);
  return Uint8Array.from(uniform(size, salt), (value, index) => {
    const empty = (emptyRows && Math.floor(index / columns) % 3 === 0) || (emptyColumns && index % 3 === 1);
    return value < density && !empty ? 1 : 0;
  });
}

const networks: [string, NetworkSpec][] = [
  ["mlp", mlp()],
  ["cnn", cnn()],
  ["odd cnn", oddCnn()],
];

/** Of 50 steps with four fifths pruned, computed with kernels-wasm: the same on every machine. */
const goldenLosses: Readonly<Record<string, string>> = {
  mlp: "a71eb3201b3251c86294c3d3edf417ea99fa13cf34f230f28d9d2908a390f0f1",
  cnn: "94f4691adb48cbd5696abb58f2f164f5c0732a295a4b8fdc2fee980f06549637",
  "odd cnn": "86f3b5699f11f05ce15ca9bfe6f66cdb42faef1a2ab873d9ef50b0943a102a68",
};

async function sparseNetwork(engine: Engine, spec: NetworkSpec): Promise<Network> {
  const network = await engine.createNetwork(spec, optimizers.adam);
  await network.writeParameters(initialParameters(spec));
  await network.setMasks(weightMasks(spec, 0.8));
  return network;
}

describe.each(builds)("%s", (name, entry) => {
  test.each([
    ["dense", denseNetwork, 60],
    ["convolutional", convNetwork, 60],
    ["dense, without biases,", withoutAnyBias(denseNetwork), 40],
    ["convolutional, without biases,", withoutAnyBias(convNetwork), 40],
  ])("masks of any pattern give the reference's numbers: %s networks", async (_kind, networks, numRuns) => {
    const engine = await entry.open(() => {});
    const referenceEngine = await reference.open(() => {});
    const property = fc.asyncProperty(
      networks,
      fc.array(patterns, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 90 }),
      fc.constantFrom(...Object.values(optimizers)),
      async (spec, changes, batchSize, optimizer) => {
        const count = Math.min(batchSize + 1, 91);
        const run = async (either: Engine) => {
          const examples = makeExamples(spec, count);
          const network = await either.createNetwork(spec, optimizer);
          await network.writeParameters(initialParameters(spec));
          const losses: number[] = [];
          for (const change of changes) {
            await network.setMasks(masksOf(spec, change));
            const order = inOrder(count);
            losses.push((await network.train(examples, order, { batchSize, learningRate: 1e-3 })).loss);
          }
          losses.push((await network.evaluate(examples)).loss);
          const gradients = await network.gradients(examples, inOrder(count));
          const parameters = await network.readParameters();
          const { slots } = await network.readOptimizerState();
          await network.dispose();
          return { losses, gradients, parameters, slots };
        };
        const [actual, expected] = [await run(engine), await run(referenceEngine)];
        expect(relativeError(actual.losses, expected.losses)).toBeLessThan(1e-5);
        expectClose(actual.parameters, expected.parameters, 1e-3);
        for (const values of actual.gradients.values()) expect(values.every(Number.isFinite)).toBe(true);
        const masks = masksOf(spec, changes.at(-1) ?? []);
        for (const tensors of [actual.parameters, actual.gradients, ...actual.slots.values()]) {
          for (const [name, kept] of masks) {
            const survivor = tensors.get(name)?.findIndex((value, index) => kept[index] === 0 && value !== 0);
            expect(survivor, name).toBe(-1);
          }
        }
      },
    );
    await fc.assert(property, { seed: 22, numRuns });
  });

  test.each(networks)(
    "reading, writing and masks leave a sparse network's numbers as they are: %s",
    async (_name, spec) => {
      const engine = await entry.open(() => {});
      const examples = makeExamples(spec, 50);
      const masks = weightMasks(spec, 0.8);
      const train = (network: Network) =>
        network.train(examples, inOrder(50), { batchSize: 13, learningRate: 0.01 });
      const start = async () => {
        const network = await sparseNetwork(engine, spec);
        await train(network);
        return network;
      };
      const straight = await start();
      const disturbed = await start();
      await disturbed.writeParameters(await disturbed.readParameters());
      await disturbed.writeOptimizerState(await disturbed.readOptimizerState());
      await disturbed.setMasks(masks);
      await disturbed.evaluate(examples);
      await train(straight);
      await train(disturbed);
      expectSameBits(await disturbed.readParameters(), await straight.readParameters());
      const [slots, expected] = [await disturbed.readOptimizerState(), await straight.readOptimizerState()];
      for (const [name, tensors] of slots.slots)
        expectSameBits(tensors, expected.slots.get(name) ?? new Map());
    },
  );

  test.each(networks)(
    "cutting the order into calls changes no bit of a sparse network: %s",
    async (_name, spec) => {
      const engine = await entry.open(() => {});
      const examples = makeExamples(spec, 60);
      const [whole, cut] = [await sparseNetwork(engine, spec), await sparseNetwork(engine, spec)];
      const options = { batchSize: 20, learningRate: 0.01 };
      await whole.train(examples, inOrder(60), options);
      for (const start of [0, 20, 40])
        await cut.train(examples, inOrder(60).subarray(start, start + 20), options);
      expectSameBits(await cut.readParameters(), await whole.readParameters());
    },
  );

  test.runIf(name === "kernels-wasm").each(networks)(
    "losses of a sparse network are the same bits as ever: %s",
    async (title, spec) => {
      const engine = await entry.open(() => {});
      const network = await sparseNetwork(engine, spec);
      const examples = makeExamples(spec, 60);
      const losses = new Float64Array(50);
      for (let step = 0; step < losses.length; step++) {
        const options = { batchSize: 21, learningRate: 0.003 };
        losses[step] = (await network.train(examples, inOrder(60), options)).loss;
      }
      expect(sha256(new Uint8Array(losses.buffer))).toBe(goldenLosses[title]);
    },
  );

  test.each([
    ["mlp", mlp()],
    ["cnn", cnn()],
  ])("NaN and infinity reach the loss of a sparse network: %s", async (_name, spec) => {
    const engine = await entry.open(() => {});
    const examples = makeExamples(spec, 20);
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const network = await engine.createNetwork(spec, optimizers.adam);
      await network.setMasks(weightMasks(spec, 0.7));
      const poisoned = [...initialParameters(spec)].map(
        ([name, values]) => [name, values.fill(poison)] as const,
      );
      await network.writeParameters(new Map(poisoned));
      const result = await network.train(examples, inOrder(20), { batchSize: 20, learningRate: 0.01 });
      expect(result.finite).toBe(false);
      expect(Number.isFinite((await network.evaluate(examples)).loss)).toBe(false);
    }
  });

  test("changing masks for ever takes no more memory", async () => {
    const engine = await entry.open(() => {});
    const spec: NetworkSpec = {
      inputShape: [900],
      layers: [{ kind: "dense", name: "fc", inputs: 900, outputs: 900 }],
      loss: "mean-squared-error",
    };
    const examples = makeExamples(spec, 4);
    const network = await engine.createNetwork(spec, optimizers.adam);
    const [sparse, sparser] = [weightMasks(spec, 0.6), weightMasks(spec, 0.9)];
    const change = async () => {
      for (const masks of [sparse, new Map(), sparser]) {
        await network.setMasks(masks);
        await network.train(examples, inOrder(4), { batchSize: 4, learningRate: 0.01 });
      }
    };
    await change();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 15; i++) await change();
    // 45 changes of a workspace of some 10 MB.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(300);
  });
});
