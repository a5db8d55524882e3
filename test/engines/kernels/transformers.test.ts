import { describe, expect, test } from "vitest";
import { kernelsNative, kernelsWasm } from "../../../src/engines/kernels/index.ts";
import { ReferenceNetwork } from "../../../src/engines/reference/network.ts";
import type { Masks } from "../../../src/network/mask.ts";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import { relativeError } from "../support/compare.ts";
import { optimizers } from "../support/networks.ts";
import { uniform } from "../support/numbers.ts";
import { inOrder } from "../support/problems.ts";
import { isKeyBias } from "../support/pytorch-transformer.ts";
import { makeTexts, tinyTransformer, transformerParameters } from "../support/transformers.ts";

const spec = tinyTransformer();
// More than fill a cell, cells that texts share, and one that ends with a text.
const texts = makeTexts(spec, [3, 9, 1, 3, 7, 5, 9, 2, 8, 4, 6, 9, 9, 9, 9, 1, 1, 1, 5, 6, 7]);
const all = inOrder(texts.count);
const TOLERANCE = 1e-4;

/** Of linear layers some weights and biases, by chance. */
function masksOf(kept: number): Masks {
  const prunable = parameterSpecs(spec).filter(({ role }) => role === "weight" || role === "bias");
  return new Map(
    prunable.map(({ name, size }, i) => [name, Uint8Array.from(uniform(size, i), (u) => (u < kept ? 1 : 0))]),
  );
}

function expectSame(actual: Parameters, expected: Parameters): void {
  for (const [name, values] of expected) {
    if (isKeyBias(name)) continue;
    const found = actual.get(name) ?? new Float32Array();
    // Where every key is the same, gradients of queries are rounding alone too.
    if (Math.max(...values.map(Math.abs)) > 1e-12) {
      expect(relativeError(found, values), name).toBeLessThan(TOLERANCE);
    } else expect(Math.max(...found.map(Math.abs)), name).toBeLessThan(1e-7);
  }
}

const available = (await kernelsNative.check()).available;

describe.each([...(available ? [kernelsNative] : []), kernelsWasm])("$name", (entry) => {
  async function network(kept: number, optimizer = optimizers.adam) {
    const engine = await entry.open(() => {});
    const made = await engine.createNetwork(spec, optimizer);
    if (kept < 1) await made.setMasks(masksOf(kept));
    await made.writeParameters(transformerParameters(spec));
    return made;
  }

  // Weights stored whole with zeros, of kept values alone, and none left.
  test.each([0.7, 0.2, 0])(
    "with %d of weights and biases it gives what the reference gives",
    async (kept) => {
      const made = await network(kept);
      const expected = new ReferenceNetwork(spec, optimizers.adam);
      await expected.setMasks(masksOf(kept));
      await expected.writeParameters(transformerParameters(spec));
      const close = async (outputs: Float32Array) =>
        expect(
          Math.max(...(await expected.outputs(texts, all)).map((x, i) => Math.abs(x - (outputs[i] ?? 0)))),
        ).toBeLessThan(TOLERANCE);
      await close(await made.outputs(texts, all));
      for (const masked of [true, false]) {
        const options = { masked };
        expectSame(await made.gradients(texts, all, options), await expected.gradients(texts, all, options));
      }
    },
  );

  test("it trains as the reference does, under masks that change", async () => {
    const pair = [await network(1), new ReferenceNetwork(spec, optimizers.adam)] as const;
    await pair[1].writeParameters(transformerParameters(spec));
    for (const kept of [1, 0.7, 0.2]) {
      const losses = [];
      for (const each of pair) {
        if (kept < 1) await each.setMasks(masksOf(kept));
        losses.push((await each.train(texts, all, { batchSize: 8, learningRate: 0.01 })).loss);
      }
      expect(losses[0]).toBeCloseTo(losses[1] ?? 0, 5);
    }
    const trained = await pair[0].readParameters();
    expectSame(trained, await pair[1].readParameters());
    for (const [name, mask] of masksOf(0.2)) {
      const zeros = trained.get(name)?.every((value, i) => mask[i] === 1 || value === 0);
      expect(zeros, name).toBe(true);
    }
  });

  test("a text's outputs do not depend on the texts beside it, nor on what came before", async () => {
    const made = await network(0.7);
    const outputs = await made.outputs(texts, all);
    await made.gradients(texts, all);
    const alone = await Promise.all([...all].map((i) => made.outputs(texts, Uint32Array.of(i))));
    expect(outputs).toEqual(Float32Array.from(alone.flatMap((of) => [...of])));
    expect(await made.outputsOfOne?.(texts, 4)).toEqual(alone[4]);
  });

  test("texts that lead past the tables or the tokens are errors", async () => {
    const made = await network(1);
    const { inputs } = texts;
    if (inputs.kind !== "tokens") throw new Error("texts are tokens");
    const wrong = [
      [{ values: inputs.values.map(() => 11) }, "token 11 is none of 11"],
      [{ starts: inputs.starts.map((_, i) => Math.min(i, 1)) }, "a text without tokens"],
      [{ starts: inputs.starts.map((_, i) => i * 10) }, "texts that end past the last token"],
    ] as const;
    for (const [changes, message] of wrong) {
      const examples = { ...texts, inputs: { ...inputs, ...changes } };
      await expect(made.evaluate(examples)).rejects.toThrow(message);
    }
  });
});
