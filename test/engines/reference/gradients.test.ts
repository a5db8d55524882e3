import { expect, test } from "vitest";
import { ReferenceNetwork } from "../../../src/engines/reference/network.ts";
import type { Loss, NetworkSpec } from "../../../src/network/specification.ts";
import { relativeError } from "../support/compare.ts";
import { finiteDifferences } from "../support/finite-differences.ts";
import { cnn, conv, dense, mlp, oddCnn, optimizers } from "../support/networks.ts";
import {
  cutOffMasks,
  initialParameters,
  inOrder,
  makeExamples,
  makeTeacher,
  weightMasks,
} from "../support/problems.ts";

const losses: readonly Loss[] = ["softmax-cross-entropy", "mean-squared-error"];
const networks: [string, NetworkSpec][] = losses.flatMap((loss): [string, NetworkSpec][] => [
  [`dense and relu, ${loss}`, mlp(loss)],
  [`dense and sigmoid, ${loss}`, mlp(loss, "sigmoid")],
  [`dense and tanh, ${loss}`, mlp(loss, "tanh")],
  [`convolutions, pools and relu, ${loss}`, cnn(loss)],
  [`convolutions with stride and padding, overlapping pools and tanh, ${loss}`, oddCnn(loss)],
]);

test.each(networks)("gradients equal central finite differences: %s", async (_title, spec) => {
  const examples = makeExamples(spec, 3);
  const network = new ReferenceNetwork(spec, optimizers.plainSgd);
  await network.writeParameters(initialParameters(spec));
  const gradients = await network.gradients(examples, inOrder(3));
  for (const [name, gradient] of gradients) {
    expect(relativeError(gradient, await finiteDifferences(network, examples, name)), name).toBeLessThan(
      1e-6,
    );
  }
});

/** Distillation is a part of the loss: what passes its gradient on is the same as above. */
const taught = losses.flatMap((loss): [string, NetworkSpec][] => [
  [`dense and relu, ${loss}`, mlp(loss)],
  [`convolutions and tanh, ${loss}`, convolved(loss)],
]);

test.each(taught)("those of distillation do too: %s", async (_title, spec) => {
  const examples = makeExamples(spec, 3);
  const network = new ReferenceNetwork(spec, optimizers.plainSgd);
  await network.writeParameters(initialParameters(spec));
  const distillation = { teacherOutputs: makeTeacher(spec, examples), temperature: 2.5, weight: 0.7 };
  // At a learning rate of 0 a step moves nothing.
  const still = { batchSize: 3, learningRate: 0, distillation };
  const of = async () => (await network.train(examples, inOrder(3), still)).loss;
  for (const [name, gradient] of await network.gradients(examples, inOrder(3), { distillation })) {
    const error = relativeError(gradient, await finiteDifferences(network, examples, name, { of }));
    expect(error, name).toBeLessThan(1e-6);
  }
});

/** Without relu and pools: of a pruned filter all values are equal, and then the least change moves the largest. */
const smooth = losses.flatMap((loss): [string, NetworkSpec][] => [
  [`dense and sigmoid, ${loss}`, mlp(loss, "sigmoid")],
  [`dense and tanh, ${loss}`, mlp(loss, "tanh")],
  [`convolution with stride and padding, and tanh, ${loss}`, convolved(loss)],
]);

function convolved(loss: Loss): NetworkSpec {
  const tanh = { kind: "activation", activation: "tanh" } as const;
  const layers = [
    conv("conv1", [3, 4], [3, 2], { stride: 2, padding: 1 }),
    tanh,
    conv("conv2", [4, 5], [2, 3]),
  ];
  return {
    inputShape: [3, 7, 6],
    layers: [...layers, tanh, { kind: "flatten" }, dense("fc1", 30, 3)],
    loss,
  };
}

const pruned = smooth.flatMap(([title, spec]) =>
  [weightMasks(spec, 0.5), cutOffMasks(spec)].map((masks, i) => ({
    title: `${title}, ${["half", "units cut off"][i]}`,
    spec,
    masks,
  })),
);

test.each(pruned)("those of pruned values do, where these move from 0: $title", async ({ spec, masks }) => {
  const examples = makeExamples(spec, 3);
  const [network, whole] = [0, 1].map(() => new ReferenceNetwork(spec, optimizers.plainSgd));
  if (network === undefined || whole === undefined) return;
  await network.setMasks(masks);
  await network.writeParameters(initialParameters(spec));
  await whole.writeParameters(await network.readParameters());
  for (const [name, gradient] of await network.gradients(examples, inOrder(3), { masked: false })) {
    const error = relativeError(gradient, await finiteDifferences(whole, examples, name));
    expect(error, name).toBeLessThan(1e-5);
  }
});

test.each(smooth)("the sum of the outputs has those of its own: %s", async (_title, spec) => {
  const examples = makeExamples(spec, 3);
  const network = new ReferenceNetwork(spec, optimizers.plainSgd);
  await network.writeParameters(initialParameters(spec));
  const meanSum = async () => {
    const outputs = await network.outputs(examples, inOrder(3));
    return outputs.reduce((sum, output) => sum + output, 0) / 3;
  };
  const gradients = await network.gradients(examples, inOrder(3), { loss: "sum-of-outputs" });
  for (const [name, gradient] of gradients) {
    const expected = await finiteDifferences(network, examples, name, { of: meanSum, distance: 1e-2 });
    // Outputs are rounded to float32.
    expect(relativeError(gradient, expected), name).toBeLessThan(1e-3);
  }
});
