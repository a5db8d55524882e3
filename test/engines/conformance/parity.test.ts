import { expect, test } from "vitest";
import type { Network, OptimizerSpec, StepOptions } from "../../../src/engines/engine.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { expectClose, relativeError } from "../support/compare.ts";
import { describeFastEngines, type MakeNetwork } from "../support/every-engine.ts";
import { cnn, mlp, oddCnn, optimizers, withoutBiases } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples, weightMasks } from "../support/problems.ts";

const networks = {
  mlp: mlp(),
  cnn: cnn(),
  "odd cnn": oddCnn("mean-squared-error"),
  "mlp without biases": withoutBiases(mlp("mean-squared-error", "sigmoid")),
  "cnn without biases": withoutBiases(cnn()),
  "odd cnn without some biases": withoutBiases(oddCnn("mean-squared-error", "sigmoid"), ["conv2"]),
};
const cases = Object.entries(networks).flatMap(([network, spec]) =>
  Object.entries(optimizers).map(([name, optimizer]) => ({ network, spec, name, optimizer })),
);

/**
 * Adam's first steps divide a gradient by its own magnitude: what rounding leaves of one that cancels to almost
 * 0 moves its weight by up to the learning rate.
 */
const learningRates = { adam: 0.001, sgd: 0.05 };

await describeFastEngines((makeNetwork, makeReference, tolerance) => {
  test.each(cases)("every step equals the reference's: $network, $name", async ({ spec, optimizer }) => {
    for (const sparsity of [0, 0.5, 0.9]) {
      for (const batchSize of [1, 7, 16, 64]) {
        const context = `sparsity ${sparsity}, batches of ${batchSize},`;
        const start = (make: MakeNetwork) => startNetwork(make, spec, optimizer, sparsity);
        const options = { batchSize, learningRate: learningRates[optimizer.name] };
        await compareSteps(
          await start(makeNetwork),
          await start(makeReference),
          { ...options, tolerance },
          context,
        );
      }
    }
  });

  test("masks may change between steps, to denser ones too", async () => {
    for (const spec of [mlp(), cnn()]) {
      const network = await startNetwork(makeNetwork, spec, optimizers.adam, 0);
      const reference = await startNetwork(makeReference, spec, optimizers.adam, 0);
      for (const sparsity of [0.3, 0.95, 0, 0.6, 0.8, 1]) {
        for (const each of [network, reference]) await each.setMasks(weightMasks(spec, sparsity));
        const options = { batchSize: 16, learningRate: learningRates.adam };
        await compareSteps(network, reference, { ...options, tolerance }, `sparsity ${sparsity},`);
      }
    }
  });

  test("evaluation equals the reference's for any number of examples", async () => {
    for (const spec of Object.values(networks)) {
      const network = await startNetwork(makeNetwork, spec, optimizers.adam, 0);
      const reference = await startNetwork(makeReference, spec, optimizers.adam, 0);
      for (const count of [1, 15, 64, 333]) {
        const examples = makeExamples(spec, count);
        const [actual, expected] = [await network.evaluate(examples), await reference.evaluate(examples)];
        expect(actual.accuracy).toBe(expected.accuracy);
        expect(relativeError([actual.loss], [expected.loss])).toBeLessThanOrEqual(tolerance);
      }
    }
  });
});

async function startNetwork(
  make: MakeNetwork,
  spec: NetworkSpec,
  optimizer: OptimizerSpec,
  sparsity: number,
): Promise<Network> {
  const network = await make(spec, optimizer);
  await network.writeParameters(initialParameters(spec));
  if (sparsity > 0) await network.setMasks(weightMasks(spec, sparsity));
  return network;
}

/** Trains both over a few batches, of which the last is smaller, and compares all they show after each. */
async function compareSteps(
  network: Network,
  reference: Network,
  { tolerance, ...options }: StepOptions & { readonly tolerance: number },
  context: string,
): Promise<void> {
  const { batchSize } = options;
  const order = inOrder(4 * batchSize + Math.ceil(batchSize / 3)).reverse();
  const examples = makeExamples(network.spec, order.length);
  for (let start = 0; start < order.length; start += batchSize) {
    const batch = order.subarray(start, start + batchSize);
    const [actual, expected] = [
      await network.train(examples, batch, options),
      await reference.train(examples, batch, options),
    ];
    const where = `${context} after ${start + batch.length} examples`;
    expect(relativeError([actual.loss], [expected.loss]), `${where} loss`).toBeLessThanOrEqual(tolerance);
    expect(actual.finite).toBe(true);
    expectClose(await network.readParameters(), await reference.readParameters(), tolerance, where);
    const [state, expectedState] = [await network.readOptimizerState(), await reference.readOptimizerState()];
    expect(state.step).toBe(expectedState.step);
    expect([...state.slots.keys()]).toEqual([...expectedState.slots.keys()]);
    for (const [slot, tensors] of expectedState.slots) {
      expectClose(state.slots.get(slot) ?? new Map(), tensors, tolerance, `${where} ${slot}`);
    }
  }
}
