import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reference } from "../../../src/engines/reference/index.ts";
import { expectClose, relativeError } from "../support/compare.ts";
import { optimizers } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples, weightMasks } from "../support/problems.ts";
import { builds } from "./builds.ts";
import { convNetwork, denseNetwork, withoutAnyBias } from "./random-networks.ts";

describe.each(builds)("%s", (_, entry) => {
  test.each([
    ["dense", denseNetwork],
    ["convolutional", convNetwork],
    ["dense, without biases,", withoutAnyBias(denseNetwork)],
    ["convolutional, without biases,", withoutAnyBias(convNetwork)],
  ])("random %s networks and batch sizes equal the reference's", async (_kind, networks) => {
    const engine = await entry.open(() => {});
    const referenceEngine = await reference.open(() => {});
    const batchSizes = fc.integer({ min: 1, max: 90 });
    const property = fc.asyncProperty(
      networks,
      batchSizes,
      fc.constantFrom(...Object.values(optimizers)),
      fc.constantFrom(0, 0.5),
      async (spec, batchSize, optimizer, sparsity) => {
        const count = Math.min(2 * batchSize + 1, 100);
        const examples = makeExamples(spec, count);
        const results = await Promise.all(
          [engine, referenceEngine].map(async (either) => {
            const network = await either.createNetwork(spec, optimizer);
            await network.writeParameters(initialParameters(spec));
            if (sparsity > 0) await network.setMasks(weightMasks(spec, sparsity));
            const gradients = await network.gradients(examples, inOrder(count));
            const { loss } = await network.train(examples, inOrder(count), { batchSize, learningRate: 1e-3 });
            const evaluation = await network.evaluate(examples);
            const parameters = await network.readParameters();
            await network.dispose();
            return { gradients, losses: [loss, evaluation.loss], parameters };
          }),
        );
        const [actual, expected] = results;
        if (actual === undefined || expected === undefined) throw new Error("no results");
        expectClose(actual.gradients, expected.gradients, 2e-5, "gradient of");
        expect(relativeError(actual.losses, expected.losses)).toBeLessThan(1e-5);
        expectClose(actual.parameters, expected.parameters, 1e-3);
      },
    );
    // A fixed seed: float32 may take the other side of a kink, and then differs for good reason.
    await fc.assert(property, { seed: 23, numRuns: 60 });
  });
});
