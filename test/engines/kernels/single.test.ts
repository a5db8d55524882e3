import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { relativeError } from "../support/compare.ts";
import { mlp, optimizers } from "../support/networks.ts";
import { everyPruning, initialParameters, inOrder, makeExamples, weightMasks } from "../support/problems.ts";
import { builds } from "./builds.ts";
import { convNetwork, denseNetwork, withoutAnyBias } from "./random-networks.ts";

const COUNT = 20;

describe.each(builds)("%s", (_, entry) => {
  test.each([
    ["dense", denseNetwork],
    ["convolutional", convNetwork],
    ["convolutional, without biases,", withoutAnyBias(convNetwork)],
  ])("one example of random %s networks has the outputs that it has in a batch", async (_kind, networks) => {
    const engine = await entry.open(() => {});
    const sparsities = fc.constantFrom(0, 0.5, 0.9);
    const property = fc.asyncProperty(networks, sparsities, async (spec, sparsity) => {
      const examples = makeExamples(spec, COUNT);
      const network = await engine.createNetwork(spec, optimizers.adam);
      await network.setMasks(sparsity > 0 ? weightMasks(spec, sparsity) : new Map());
      await network.writeParameters(initialParameters(spec));
      for (let step = 0; step < 2; step++) {
        const batch = await network.outputs(examples, inOrder(COUNT));
        const single: number[] = [];
        for (let i = 0; i < COUNT; i++) single.push(...((await network.outputsOfOne?.(examples, i)) ?? []));
        expect(relativeError(single, batch)).toBeLessThanOrEqual(1e-5);
        // It leaves no trace in the memory of a batch.
        expect(await network.outputs(examples, inOrder(COUNT))).toEqual(batch);
        await network.train(examples, inOrder(COUNT), { batchSize: 7, learningRate: 1e-2 });
      }
      await network.dispose();
    });
    await fc.assert(property, { seed: 31, numRuns: 60 });
  });

  test.each(everyPruning(mlp()))("and whatever is pruned: %s", async (_pruning, masks) => {
    const engine = await entry.open(() => {});
    const network = await engine.createNetwork(mlp(), optimizers.plainSgd);
    await network.writeParameters(initialParameters(mlp()));
    await network.setMasks(masks);
    const examples = makeExamples(mlp(), 3);
    const single = (await network.outputsOfOne?.(examples, 2)) ?? [];
    const batch = await network.outputs(examples, Uint32Array.of(2));
    expect(relativeError(single, batch)).toBeLessThanOrEqual(1e-5);
    await expect(network.outputsOfOne?.(examples, 3)).rejects.toThrow("an index past 3 examples");
  });
});
