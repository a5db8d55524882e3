import { expect, test } from "vitest";
import type {
  Network,
  OptimizerSpec,
  OptimizerState,
  StepOptions,
  TrainResult,
} from "../../../src/engines/engine.ts";
import type { Parameters } from "../../../src/network/parameters.ts";
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

/** What the reference shows after each step: the same for every engine, and the slowest to compute. */
const known = new Map<string, Promise<readonly Shown[]>>();

await describeFastEngines((makeNetwork, makeReference, tolerance) => {
  test.each(cases)("every step equals the reference's: $network, $name", async (each) => {
    const { spec, optimizer } = each;
    for (const sparsity of [0, 0.5, 0.9]) {
      for (const batchSize of [1, 7, 16, 64]) {
        const options = { batchSize, learningRate: learningRates[optimizer.name] };
        const train = async (make: MakeNetwork) =>
          shownSteps(await startNetwork(make, spec, optimizer, sparsity), options);
        const key = JSON.stringify([each.network, each.name, sparsity, batchSize]);
        const expected = known.get(key) ?? train(makeReference);
        known.set(key, expected);
        const context = `sparsity ${sparsity}, batches of ${batchSize},`;
        expectSteps(await train(makeNetwork), await expected, tolerance, context);
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
        const [actual, expected] = [await shownSteps(network, options), await shownSteps(reference, options)];
        expectSteps(actual, expected, tolerance, `sparsity ${sparsity},`);
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

/** All that a network shows after a step. */
interface Shown {
  readonly examples: number;
  readonly result: TrainResult;
  readonly parameters: Parameters;
  readonly state: OptimizerState;
}

/** Trains over a few batches, of which the last is smaller. */
async function shownSteps(network: Network, options: StepOptions): Promise<readonly Shown[]> {
  const { batchSize } = options;
  const order = inOrder(2 * batchSize + Math.ceil(batchSize / 3)).reverse();
  const examples = makeExamples(network.spec, order.length);
  const shown: Shown[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    const batch = order.subarray(start, start + batchSize);
    const result = await network.train(examples, batch, options);
    const parameters = await network.readParameters();
    const state = await network.readOptimizerState();
    shown.push({ examples: start + batch.length, result, parameters, state });
  }
  return shown;
}

function expectSteps(
  actual: readonly Shown[],
  expected: readonly Shown[],
  tolerance: number,
  context: string,
): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, { examples, result, parameters, state }] of expected.entries()) {
    const step = actual[i] as Shown;
    const where = `${context} after ${examples} examples`;
    expect(relativeError([step.result.loss], [result.loss]), `${where} loss`).toBeLessThanOrEqual(tolerance);
    expect(step.result.finite).toBe(true);
    expectClose(step.parameters, parameters, tolerance, where);
    expect(step.state.step).toBe(state.step);
    expect([...step.state.slots.keys()]).toEqual([...state.slots.keys()]);
    for (const [slot, tensors] of state.slots) {
      expectClose(step.state.slots.get(slot) ?? new Map(), tensors, tolerance, `${where} ${slot}`);
    }
  }
}
