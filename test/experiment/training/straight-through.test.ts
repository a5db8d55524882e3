import { describe, expect, it } from "vitest";
import type { Engine, Network, OptimizerSpec } from "../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import { StraightThroughNetwork } from "../../../src/experiment/training/straight-through.ts";
import { randomStream } from "../../../src/foundations/random.ts";
import { initialParameters } from "../../../src/models/initializers.ts";
import { buildNetwork } from "../../../src/models/registry.ts";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import type { Rounding } from "../../../src/pruning/quantization/quantization.ts";
import { quantizeWeights, withCodes } from "../../../src/pruning/quantization/quantizer.ts";

const sgd: OptimizerSpec = { name: "sgd", momentum: 0, weightDecay: 0 };
const engines = ["reference", "kernels-wasm"];

/** One neuron of two inputs. */
const neuron: NetworkSpec = {
  inputShape: [2],
  layers: [{ kind: "dense", name: "fc1", inputs: 2, outputs: 1 }],
  loss: "mean-squared-error",
};

const mlp = buildNetwork(
  { name: "mlp", hidden: [6], activation: "relu", initializer: { name: "pytorch" } },
  [2],
  2,
  "softmax-cross-entropy",
);

function points(count: number): ExampleSet {
  const stream = randomStream(3, "test examples");
  const values = Float32Array.from({ length: 2 * count }, () => stream.normal());
  const labels = Uint8Array.from({ length: count }, (_, i) => ((values[2 * i] as number) > 0 ? 1 : 0));
  return {
    count,
    shape: [2],
    inputs: { kind: "floats", values },
    targets: { kind: "classes", labels, classes: 2 },
  };
}

const order = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

async function roundedOf(network: Network, rounding: Rounding): Promise<Parameters> {
  const parameters = await network.readParameters();
  return withCodes(parameters, quantizeWeights(parameterSpecs(network.spec), parameters, rounding));
}

describe.each(engines)("straight-through training on %s", (name) => {
  const open = (): Promise<Engine> => openEngine(name, () => {});

  it("takes the step at the rounded weights from the weights as they are", async () => {
    const network = await (await open()).createNetwork(neuron, sgd);
    await network.writeParameters(
      new Map([
        ["fc1.weight", Float32Array.of(0.75, 0.2)],
        ["fc1.bias", Float32Array.of(0)],
      ]),
    );
    // 3 bits: steps of 0.25, so the network computes with 0.75 and 0.25.
    const over = await StraightThroughNetwork.over(network, { bits: 3, per: "tensor" });
    const examples: ExampleSet = {
      count: 1,
      shape: [2],
      inputs: { kind: "floats", values: Float32Array.of(1, 2) },
      targets: { kind: "values", values: Float32Array.of(1), width: 1 },
    };
    const { loss } = await over.train(examples, order(1), { batchSize: 1, learningRate: 0.1 });
    // Output 1.25, loss 0.25^2, gradients 0.5 x the inputs.
    expect(loss).toBeCloseTo(0.0625, 6);
    const trained = await over.readParameters();
    expect([...(trained.get("fc1.weight") ?? [])]).toEqual([
      expect.closeTo(0.75 - 0.05, 6),
      expect.closeTo(0.2 - 0.1, 6),
    ]);
    expect([...(trained.get("fc1.bias") ?? [])]).toEqual([expect.closeTo(-0.05, 6)]);
    // And what the engine has now is rounded again: steps of 0.7 / 3.
    const held = await network.readParameters();
    expect([...(held.get("fc1.weight") ?? [])]).toEqual([expect.closeTo(0.7, 6), 0]);
    await over.dispose();
  });

  it("is measured with rounded weights, and trained in steps of one batch, masks in force", async () => {
    const rounding: Rounding = { bits: 4, per: "channel" };
    const adam: OptimizerSpec = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
    const engine = await open();
    const data = points(20);
    const masks = new Map([["fc1.weight", Uint8Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? 0 : 1))]]);
    const trainIn = async (calls: readonly number[]) => {
      const network = await engine.createNetwork(mlp, adam);
      await network.setMasks(masks);
      await network.writeParameters(initialParameters(mlp, { name: "pytorch" }, 0));
      const over = await StraightThroughNetwork.over(network, rounding);
      let start = 0;
      for (const count of calls) {
        await over.train(data, order(20).subarray(start, start + count), {
          batchSize: 4,
          learningRate: 0.05,
        });
        start += count;
      }
      return over;
    };
    const over = await trainIn([20]);
    const stepwise = await trainIn([4, 4, 4, 4, 4]);
    const trained = await over.readParameters();
    expect(trained).toEqual(await stepwise.readParameters());
    expect(trained.get("fc1.weight")).not.toEqual((await roundedOf(over, rounding)).get("fc1.weight"));
    for (const [i, keep] of (masks.get("fc1.weight") ?? []).entries()) {
      if (keep === 0) expect(trained.get("fc1.weight")?.[i]).toBe(0);
    }
    expect((await over.readOptimizerState()).step).toBe(5);

    const plain = await engine.createNetwork(mlp, adam);
    await plain.setMasks(masks);
    await plain.writeParameters(await roundedOf(over, rounding));
    expect(await over.evaluate(data)).toEqual(await plain.evaluate(data));
    expect(await over.gradients(data, order(4))).toEqual(await plain.gradients(data, order(4)));
  });

  it("lets what a new mask prunes go, and starts it at 0 when it comes back", async () => {
    const network = await (await open()).createNetwork(mlp, sgd);
    const over = await StraightThroughNetwork.over(network, { bits: 8, per: "tensor" });
    await over.writeParameters(initialParameters(mlp, { name: "pytorch" }, 0));
    const before = await over.readParameters();
    await over.setMasks(new Map([["fc2.weight", new Uint8Array(12).fill(1, 6)]]));
    const pruned = await over.readParameters();
    expect([...(pruned.get("fc2.weight") ?? [])].slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(pruned.get("fc2.weight")?.slice(6)).toEqual(before.get("fc2.weight")?.slice(6));
    await over.setMasks(new Map());
    expect(await over.readParameters()).toEqual(pruned);
  });
});
