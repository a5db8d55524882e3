import { expect, test } from "vitest";
import type { Network } from "../../../src/engines/engine.ts";
import type { Masks } from "../../../src/network/mask.ts";
import type { Parameters } from "../../../src/network/parameters.ts";
import { expectSameBits } from "../support/compare.ts";
import { describeEveryEngine } from "../support/every-engine.ts";
import { cnn, mlp, oddCnn, optimizers, withoutBiases } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples, weightMasks } from "../support/problems.ts";

const networks = {
  mlp: mlp(),
  cnn: cnn(),
  "odd cnn": oddCnn(),
  "mlp without biases": withoutBiases(mlp("mean-squared-error", "sigmoid")),
  "cnn without biases": withoutBiases(cnn()),
  "odd cnn without some biases": withoutBiases(oddCnn("mean-squared-error", "sigmoid"), ["conv2"]),
};
const cases = Object.entries(networks).flatMap(([network, spec]) =>
  Object.entries(optimizers).map(([name, optimizer]) => ({ network, spec, name, optimizer })),
);
const options = { batchSize: 16, learningRate: 0.01 };

await describeEveryEngine((makeNetwork) => {
  test.each(cases)("what is pruned is exactly 0 after every step: $network, $name", async (each) => {
    const { spec, optimizer } = each;
    const examples = makeExamples(spec, 40);
    const network = await makeNetwork(spec, optimizer);
    await network.writeParameters(initialParameters(spec));
    await network.train(examples, inOrder(40), options);
    for (const masks of [weightMasks(spec, 0.5), withoutLayer(weightMasks(spec, 0.9), "fc1")]) {
      await network.setMasks(masks);
      await expectPruned(network, masks);
      for (const step of [1, 2, 3]) {
        await network.train(examples, inOrder(13 * step), options);
        await expectPruned(network, masks);
        expectZeros(await network.gradients(examples, inOrder(20)), masks);
      }
    }
  });

  test.each(cases)("what is kept again restarts at 0 and learns: $network, $name", async (each) => {
    const { spec, optimizer } = each;
    const examples = makeExamples(spec, 40);
    const network = await makeNetwork(spec, optimizer);
    await network.writeParameters(initialParameters(spec));
    const masks = weightMasks(spec, 0.5);
    await network.setMasks(masks);
    await network.train(examples, inOrder(40), options);
    await network.setMasks(new Map());
    await expectPruned(network, masks);
    await network.train(examples, inOrder(40), options);
    const weights = (await network.readParameters()).get("fc1.weight") ?? new Float32Array();
    const mask = masks.get("fc1.weight");
    const restarted = weights.filter((weight, index) => mask?.[index] === 0 && weight !== 0);
    expect(restarted.length).toBeGreaterThan(weights.length / 8);
  });

  test("values and moments that are written are pruned, too", async () => {
    const spec = mlp();
    const network = await makeNetwork(spec, optimizers.adam);
    const masks = weightMasks(spec, 0.5);
    await network.setMasks(masks);
    await network.writeParameters(initialParameters(spec));
    const ones = new Map([...initialParameters(spec)].map(([name, values]) => [name, values.map(() => 1)]));
    await network.writeOptimizerState({
      step: 1,
      slots: new Map([
        ["firstMoment", ones],
        ["secondMoment", ones],
      ]),
    });
    await expectPruned(network, masks);
  });

  test("a mask of ones changes nothing", async () => {
    const spec = cnn();
    const examples = makeExamples(spec, 40);
    const trained = await Promise.all(
      [new Map(), weightMasks(spec, 0)].map(async (masks) => {
        const network = await makeNetwork(spec, optimizers.adam);
        await network.writeParameters(initialParameters(spec));
        await network.setMasks(masks);
        await network.train(examples, inOrder(40), options);
        return network.readParameters();
      }),
    );
    expectSameBits(trained[0] ?? new Map(), trained[1] ?? new Map());
  });

  test("masks are copied", async () => {
    const spec = mlp();
    const network = await makeNetwork(spec, optimizers.adam);
    const masks = weightMasks(spec, 0.5);
    await network.setMasks(masks);
    for (const mask of masks.values()) mask.fill(1);
    await network.writeParameters(initialParameters(spec));
    await expectPruned(network, weightMasks(spec, 0.5));
  });
});

/** The masks with that layer pruned whole, its bias, too. */
function withoutLayer(masks: Masks, layer: string): Masks {
  const weight = masks.get(`${layer}.weight`) ?? new Uint8Array();
  return new Map([...masks, [`${layer}.weight`, weight.map(() => 0)]]);
}

async function expectPruned(network: Network, masks: Masks): Promise<void> {
  expectZeros(await network.readParameters(), masks);
  const { slots } = await network.readOptimizerState();
  for (const tensors of slots.values()) expectZeros(tensors, masks);
}

function expectZeros(tensors: Parameters, masks: Masks): void {
  for (const [name, mask] of masks) {
    const survivors = tensors.get(name)?.filter((value, index) => mask[index] === 0 && value !== 0);
    expect(survivors, `${name}: pruned values that are not 0`).toEqual(new Float32Array());
  }
}
