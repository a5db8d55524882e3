import { describe, expect, test } from "vitest";
import { relativeError } from "./support/compare.ts";
import { describeEveryEngine } from "./support/every-engine.ts";
import { optimizers } from "./support/networks.ts";
import { inOrder } from "./support/problems.ts";
import { expectSamples, isKeyBias, transformerFixtures } from "./support/pytorch-transformer.ts";
import { makeTexts, transformerParameters } from "./support/transformers.ts";

await describeEveryEngine((makeNetwork, tolerance) => {
  describe.each(transformerFixtures)("$file", (fixture) => {
    const { spec, lengths, batchSize, learningRate, steps } = fixture;
    const texts = makeTexts(spec, lengths);
    const all = inOrder(lengths.length);

    async function initial() {
      const network = await makeNetwork(spec, optimizers.adam);
      await network.writeParameters(transformerParameters(spec));
      return network;
    }

    test("outputs, loss and gradients are PyTorch's", async () => {
      const network = await initial();
      expect(relativeError(await network.outputs(texts, all), fixture.outputs)).toBeLessThan(1e-5);
      expect((await network.evaluate(texts)).loss).toBeCloseTo(fixture.loss, 6);
      const gradients = await network.gradients(texts, all);
      expectSamples(gradients, fixture.gradients, tolerance);
      const keyBiases = [...gradients].filter(([name]) => isKeyBias(name)).flatMap(([, each]) => [...each]);
      expect(keyBiases.length).toBeGreaterThan(0);
      expect(Math.max(...keyBiases.map(Math.abs))).toBeLessThan(1e-6);
    });

    test("training follows PyTorch's over 20 steps", async () => {
      const network = await initial();
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        const first = (step * batchSize) % lengths.length;
        const batch = all.subarray(first, first + batchSize);
        losses.push((await network.train(texts, batch, { batchSize, learningRate })).loss);
      }
      expect(losses).toHaveLength(20);
      expect(relativeError(losses, fixture.losses)).toBeLessThan(tolerance);
      expectSamples(await network.readParameters(), fixture.parameters, tolerance);
    });
  });
});
