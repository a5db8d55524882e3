import { expect, test } from "vitest";
import type { GradientOptions, Network, OptimizerSpec } from "../../../src/engines/engine.ts";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { expectClose, expectSameBits, relativeError } from "../support/compare.ts";
import { describeFastEngines, type MakeNetwork } from "../support/every-engine.ts";
import { optimizers } from "../support/networks.ts";
import { uniform } from "../support/numbers.ts";
import { inOrder, makeTeacher } from "../support/problems.ts";
import { isKeyBias } from "../support/pytorch-transformer.ts";
import { makeTexts, tinyTransformer, transformerParameters } from "../support/transformers.ts";

const LENGTHS = [4, 9, 1, 6, 6, 2, 9, 3, 5, 7];
const spec = tinyTransformer();
const texts = makeTexts(spec, LENGTHS);
const all = inOrder(LENGTHS.length);
/** Some of them twice, the shortest and a longest among them, in no order. */
const mixed = Uint32Array.of(3, 1, 0, 3, 2, 9, 1);
/** Of half the weights of linear layers. */
const masks = new Map(
  parameterSpecs(spec)
    .filter(({ role }) => role === "weight")
    .map(({ name, size }, i) => [name, Uint8Array.from(uniform(size, i), (u) => (u < 0.5 ? 0 : 1))]),
);

async function started(make: MakeNetwork, of: NetworkSpec, optimizer: OptimizerSpec, masked: boolean) {
  const network = await make(of, optimizer);
  await network.writeParameters(transformerParameters(of));
  if (masked) await network.setMasks(masks);
  return network;
}

function withoutKeyBiases(tensors: Parameters): Parameters {
  return new Map([...tensors].filter(([name]) => !isKeyBias(name)));
}

await describeFastEngines((makeNetwork, makeReference, tolerance) => {
  /** The same network, by the engine and by the reference. */
  async function both(masked: boolean, { of = spec, optimizer = optimizers.plainSgd as OptimizerSpec } = {}) {
    const start = (make: MakeNetwork) => started(make, of, optimizer, masked);
    return [await start(makeNetwork), await start(makeReference)] as const;
  }

  test.each([false, true])("outputs equal the reference's: masked %s", async (masked) => {
    const [network, expected] = await both(masked);
    for (const order of [all, mixed, Uint32Array.of(2)]) {
      const outputs = await network.outputs(texts, order);
      expect(relativeError(outputs, await expected.outputs(texts, order))).toBeLessThanOrEqual(1e-5);
    }
    expect(await network.outputs(texts, new Uint32Array())).toEqual(new Float32Array());
    const [actual, evaluation] = [await network.evaluate(texts), await expected.evaluate(texts)];
    expect(actual.loss).toBeCloseTo(evaluation.loss, 5);
    expect(actual.accuracy).toBe(evaluation.accuracy);
  });

  const teacherOutputs = makeTeacher(spec, texts);
  const gradients: readonly (readonly [string, GradientOptions])[] = [
    ["of the loss", {}],
    ["of pruned values too", { masked: false }],
    ["of the sum of outputs", { loss: "sum-of-outputs" }],
    ["with a teacher", { distillation: { teacherOutputs, temperature: 2, weight: 0.5 } }],
  ];
  test.each(gradients)("gradients equal the reference's: %s", async (_title, options) => {
    for (const masked of [false, true]) {
      const [network, expected] = await both(masked);
      const actual = withoutKeyBiases(await network.gradients(texts, mixed, options));
      const wanted = withoutKeyBiases(await expected.gradients(texts, mixed, options));
      expectClose(actual, wanted, 1e-4, `masked ${masked}`);
    }
  });

  test("gradients of a regression equal the reference's", async () => {
    const of = tinyTransformer("mean-squared-error");
    const values = makeTexts(of, LENGTHS);
    const [network, expected] = await both(false, { of });
    const [actual, wanted] = [await network.gradients(values, all), await expected.gradients(values, all)];
    expectClose(withoutKeyBiases(actual), withoutKeyBiases(wanted), 1e-4);
  });

  test("norms equal the reference's: what pads a batch is not among them", async () => {
    const [network, expected] = await both(true);
    expectClose(
      await network.activationNorms(texts, mixed),
      await expected.activationNorms(texts, mixed),
      1e-5,
    );
  });

  const learningRates = { adam: 0.001, sgd: 0.05 };
  test.each(Object.entries(optimizers))("every step equals the reference's: %s", async (_name, optimizer) => {
    const options = { batchSize: 4, learningRate: learningRates[optimizer.name] };
    for (const masked of [false, true]) {
      const [network, expected] = await both(masked, { optimizer });
      for (let step = 0; step < 3; step++) {
        const actual = await network.train(texts, all, options);
        const wanted = await expected.train(texts, all, options);
        expect(relativeError([actual.loss], [wanted.loss])).toBeLessThanOrEqual(tolerance);
      }
      const [trained, wanted] = [await network.readParameters(), await expected.readParameters()];
      expectClose(withoutKeyBiases(trained), withoutKeyBiases(wanted), tolerance, `masked ${masked}`);
      if (masked) expectZerosKept(trained);
    }
  });

  test("a network goes on from parameters and state, bit for bit", async () => {
    const [options, optimizer] = [{ batchSize: 3, learningRate: 0.01 }, optimizers.decayedAdam];
    const network = await started(makeNetwork, spec, optimizer, true);
    await network.train(texts, all, options);
    const copy = await started(makeNetwork, spec, optimizer, true);
    await copy.writeParameters(await network.readParameters());
    await copy.writeOptimizerState(await network.readOptimizerState());
    for (const each of [network, copy]) await each.train(texts, mixed, options);
    expectSameBits(await copy.readParameters(), await network.readParameters());
    const [state, copied] = [await network.readOptimizerState(), await copy.readOptimizerState()];
    for (const [slot, tensors] of state.slots) expectSameBits(copied.slots.get(slot) ?? new Map(), tensors);
  });

  test("a token that is none, and a text that is too long, are errors", async () => {
    const network: Network = await started(makeNetwork, spec, optimizers.plainSgd, false);
    const other = { ...texts, inputs: { ...texts.inputs, values: Uint16Array.of(11) } } as typeof texts;
    const long = makeTexts(spec, [10]);
    for (const [examples, message] of [
      [{ ...long, inputs: { ...other.inputs, starts: Uint32Array.of(0, 1) } }, "token 11 is none of 11"],
      [long, "10 tokens, more than 9"],
    ] as [typeof texts, string][]) {
      await expect(network.outputs(examples, Uint32Array.of(0))).rejects.toThrow(message);
    }
  });
});

function expectZerosKept(trained: Parameters): void {
  for (const [name, mask] of masks) {
    const kept = trained.get(name)?.every((value, i) => (value === 0) === (mask[i] === 0));
    expect(kept, name).toBe(true);
  }
}
