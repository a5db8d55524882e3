import { describe, expect, test } from "vitest";
import { errorFunction } from "../../../src/engines/reference/layers/gelu.ts";
import { ReferenceNetwork } from "../../../src/engines/reference/network.ts";
import { parameterSpecs } from "../../../src/network/parameters.ts";
import { weightedLayers } from "../../../src/network/weighted-layers.ts";
import { relativeError } from "../support/compare.ts";
import { finiteDifferences } from "../support/finite-differences.ts";
import { optimizers } from "../support/networks.ts";
import { uniform } from "../support/numbers.ts";
import { inOrder } from "../support/problems.ts";
import { makeTexts, tinyTransformer, transformerParameters } from "../support/transformers.ts";

const spec = tinyTransformer();
const texts = makeTexts(spec, [4, 9, 1]);
const all = inOrder(3);
/** Of half the weights of linear layers. */
const masks = new Map(
  parameterSpecs(spec)
    .filter(({ role }) => role === "weight")
    .map(({ name, size }, i) => [name, Uint8Array.from(uniform(size, i), (u) => (u < 0.5 ? 0 : 1))]),
);

async function network(of = spec) {
  const made = new ReferenceNetwork(of, optimizers.plainSgd);
  await made.writeParameters(transformerParameters(of));
  return made;
}

describe.each(["softmax-cross-entropy", "mean-squared-error"] as const)("%s", (loss) => {
  test("gradients equal central finite differences", async () => {
    const of = tinyTransformer(loss);
    const made = await network(of);
    const examples = makeTexts(of, [4, 9, 1]);
    for (const [name, gradient] of await made.gradients(examples, all)) {
      const expected = await finiteDifferences(made, examples, name);
      // What all keys have in common moves no attention.
      if (name.endsWith("k_lin.bias")) {
        expect(Math.max(...gradient.map(Math.abs)), name).toBeLessThan(1e-12);
      } else expect(relativeError(gradient, expected), name).toBeLessThan(1e-6);
    }
  });
});

test("a gradient of several texts is the mean of theirs", async () => {
  const made = await network();
  const whole = await made.gradients(texts, all);
  const each = await Promise.all([...all].map((i) => made.gradients(texts, Uint32Array.of(i))));
  for (const [name, values] of whole) {
    const mean = values.map((_, i) => each.reduce((sum, of) => sum + (of.get(name)?.[i] ?? 0), 0) / 3);
    if (!name.endsWith("k_lin.bias")) expect(relativeError(mean, values), name).toBeLessThan(1e-6);
  }
});

test("a text's outputs do not depend on the texts beside it", async () => {
  const made = await network();
  const outputs = await made.outputs(texts, all);
  const alone = await Promise.all([...all].map((i) => made.outputs(texts, Uint32Array.of(i))));
  expect(outputs).toEqual(Float32Array.from(alone.flatMap((of) => [...of])));
});

test("norms are those of what each linear layer meets, over all tokens", async () => {
  const made = await network();
  await made.setMasks(masks);
  const norms = await made.activationNorms(texts, all);
  expect([...norms].map(([name, { length }]) => [name, length])).toEqual(
    weightedLayers(spec).map(({ layer, inputShape }) => [layer.name, ...inputShape]),
  );
  const block = "distilbert.transformer.layer.0";
  const query = norms.get(`${block}.attention.q_lin`);
  expect(norms.get(`${block}.attention.k_lin`)).toEqual(query);
  expect(norms.get(`${block}.attention.v_lin`)).toEqual(query);
});

test("normalized tokens meet a layer with a sum of squares of their width", async () => {
  const made = await network();
  const parameters = await made.readParameters();
  for (const { name, role } of parameterSpecs(spec)) {
    if (role === "norm") parameters.get(name)?.fill(name.endsWith(".weight") ? 1 : 0);
  }
  await made.writeParameters(parameters);
  const norms = await made.activationNorms(texts, all);
  for (const layer of ["attention.q_lin", "ffn.lin1"]) {
    const values = norms.get(`distilbert.transformer.layer.0.${layer}`) ?? new Float32Array();
    const sum = values.reduce((total, norm) => total + norm * norm, 0);
    // 14 tokens of 6 values; a little less, by the epsilon.
    expect(sum / (14 * 6), layer).toBeCloseTo(1, 3);
  }
});

test("what is pruned stays 0 while the rest trains", async () => {
  const made = new ReferenceNetwork(spec, optimizers.adam);
  await made.writeParameters(transformerParameters(spec));
  await made.setMasks(masks);
  const before = await made.evaluate(texts);
  for (let step = 0; step < 20; step++) await made.train(texts, all, { batchSize: 3, learningRate: 0.01 });
  expect((await made.evaluate(texts)).loss).toBeLessThan(before.loss);
  const trained = await made.readParameters();
  for (const [name, mask] of masks) {
    expect(
      trained.get(name)?.every((value, i) => (value === 0) === (mask[i] === 0)),
      name,
    ).toBe(true);
  }
});

test("a token that is none, and a text that is too long, are errors", async () => {
  const made = await network();
  const other = { ...texts, inputs: { ...texts.inputs, values: Uint16Array.of(11) } } as typeof texts;
  await expect(made.outputs(other, Uint32Array.of(0))).rejects.toThrow("token 11 is none of 11");
  await expect(made.outputs(makeTexts(spec, [10]), Uint32Array.of(0))).rejects.toThrow(
    "10 tokens, more than 9",
  );
});

describe("the error function", () => {
  // math.erf of Python.
  test.each([
    [0, 0],
    [1e-10, 1.1283791670955126e-10],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2.5, 0.999593047982555],
    [4, 0.9999999845827421],
    [7, 1],
  ])("of %d", (x, expected) => {
    expect(errorFunction(x)).toBeCloseTo(expected, 14);
    expect(errorFunction(-x)).toBe(-errorFunction(x));
  });

  test("of what is no number is none", () => {
    expect(errorFunction(Number.NaN)).toBeNaN();
    expect(errorFunction(Number.POSITIVE_INFINITY)).toBe(1);
  });
});
