import { expect, test } from "vitest";
import type { Network } from "../../../src/engines/engine.ts";
import { expectSameBits } from "../support/compare.ts";
import { describeEveryEngine } from "../support/every-engine.ts";
import { cnn, mlp, optimizers } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples, weightMasks } from "../support/problems.ts";

const networks = { mlp: mlp(), cnn: cnn() };
const cases = Object.entries(networks).flatMap(([network, spec]) =>
  Object.entries(optimizers).map(([name, optimizer]) => ({ network, spec, name, optimizer })),
);
const options = { batchSize: 16, learningRate: 0.003 };

await describeEveryEngine((makeNetwork) => {
  test("a new network is all zeros, with a fresh optimizer", async () => {
    const spec = cnn();
    const network = await makeNetwork(spec, optimizers.adam);
    const zeros = new Map([...initialParameters(spec)].map(([name, values]) => [name, values.map(() => 0)]));
    expectSameBits(await network.readParameters(), zeros);
    const state = await network.readOptimizerState();
    expect(state.step).toBe(0);
    expect([...state.slots.keys()]).toEqual(["firstMoment", "secondMoment"]);
    for (const tensors of state.slots.values()) expectSameBits(tensors, zeros);
  });

  test.each(cases)(
    "a network goes on from parameters and state, bit for bit: $network, $name",
    async (each) => {
      const { spec, optimizer } = each;
      const examples = makeExamples(spec, 100);
      const [first, second] = [inOrder(100).subarray(0, 48), inOrder(100).subarray(48)];
      for (const sparsity of [0, 0.5, 0.95]) {
        const network = await makeNetwork(spec, optimizer);
        await network.writeParameters(initialParameters(spec));
        await network.setMasks(weightMasks(spec, sparsity));
        await network.train(examples, first, options);

        const resumed = await makeNetwork(spec, optimizer);
        await resumed.setMasks(weightMasks(spec, sparsity));
        await resumed.writeParameters(await network.readParameters());
        await resumed.writeOptimizerState(await network.readOptimizerState());
        await expectSameState(resumed, network);
        const result = await network.train(examples, second, options);
        expect(await resumed.train(examples, second, options)).toEqual(result);
        await expectSameState(resumed, network);
      }
    },
  );

  test.each(cases)(
    "cutting the order into calls changes no bit: $network, $name",
    async ({ spec, optimizer }) => {
      const examples = makeExamples(spec, 100);
      const networks = await Promise.all([1, 2, 99].map(() => makeNetwork(spec, optimizer)));
      const losses: number[] = [];
      for (const [index, batches] of [1, 2, 99].entries()) {
        const network = networks[index] as Network;
        await network.writeParameters(initialParameters(spec));
        let lossSum = 0;
        for (let start = 0; start < 100; start += batches * options.batchSize) {
          const part = inOrder(100).subarray(start, start + batches * options.batchSize);
          lossSum += part.length * (await network.train(examples, part, options)).loss;
        }
        losses.push(lossSum / 100);
      }
      const [whole, ...cut] = networks.reverse();
      for (const network of cut) await expectSameState(network, whole as Network);
      for (const loss of losses) expect(loss).toBeCloseTo(losses[0] as number, 6);
    },
  );

  test("evaluating and taking gradients change nothing", async () => {
    for (const spec of [mlp(), cnn()]) {
      const examples = makeExamples(spec, 80);
      const [plain, watched] = [
        await makeNetwork(spec, optimizers.adam),
        await makeNetwork(spec, optimizers.adam),
      ];
      for (const network of [plain, watched]) {
        await network.writeParameters(initialParameters(spec));
        await network.setMasks(weightMasks(spec, 0.5));
      }
      for (const start of [0, 16, 32]) {
        const evaluation = await watched.evaluate(examples);
        const gradients = await watched.gradients(examples, inOrder(37));
        expect(await watched.evaluate(examples)).toEqual(evaluation);
        expectSameBits(await watched.gradients(examples, inOrder(37)), gradients);
        for (const network of [plain, watched]) {
          await network.train(examples, inOrder(80).subarray(start, start + 16), options);
        }
      }
      await expectSameState(watched, plain);
    }
  });

  test("networks of one engine do not disturb each other", async () => {
    const spec = mlp();
    const examples = makeExamples(spec, 64);
    const [alone, interleaved, other] = [
      await makeNetwork(spec, optimizers.adam),
      await makeNetwork(spec, optimizers.adam),
      await makeNetwork(cnn(), optimizers.decayedSgd),
    ];
    for (const network of [alone, interleaved, other]) {
      await network.writeParameters(initialParameters(network.spec));
    }
    await alone.train(examples, inOrder(64), options);
    for (let start = 0; start < 64; start += 16) {
      await interleaved.train(examples, inOrder(64).subarray(start, start + 16), options);
      await other.train(makeExamples(other.spec, 5), inOrder(5), options);
    }
    await expectSameState(interleaved, alone);
  });

  test("what is read and written is copied", async () => {
    const spec = mlp();
    const network = await makeNetwork(spec, optimizers.adam);
    const written = initialParameters(spec);
    await network.writeParameters(written);
    const moments = {
      step: 3,
      slots: new Map([
        ["firstMoment", written],
        ["secondMoment", written],
      ]),
    };
    await network.writeOptimizerState(moments);
    const read = [await network.readParameters(), ...(await network.readOptimizerState()).slots.values()];
    for (const tensors of [written, ...read]) for (const values of tensors.values()) values.fill(7);
    expectSameBits(await network.readParameters(), initialParameters(spec));
    for (const tensors of (await network.readOptimizerState()).slots.values()) {
      expectSameBits(tensors, initialParameters(spec));
    }
  });
});

async function expectSameState(actual: Network, expected: Network): Promise<void> {
  expectSameBits(await actual.readParameters(), await expected.readParameters());
  const [state, expectedState] = [await actual.readOptimizerState(), await expected.readOptimizerState()];
  expect(state.step).toBe(expectedState.step);
  expect([...state.slots.keys()]).toEqual([...expectedState.slots.keys()]);
  for (const [slot, tensors] of expectedState.slots)
    expectSameBits(state.slots.get(slot) ?? new Map(), tensors);
}
