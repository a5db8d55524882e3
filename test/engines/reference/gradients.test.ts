import { expect, test } from "vitest";
import type { Network } from "../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { ReferenceNetwork } from "../../../src/engines/reference/network.ts";
import type { Loss, NetworkSpec } from "../../../src/network/specification.ts";
import { relativeError } from "../support/compare.ts";
import { cnn, mlp, oddCnn, optimizers } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples } from "../support/problems.ts";

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

/** (loss(p + h) - loss(p - h)) / 2h for each value p of a parameter. */
async function finiteDifferences(network: Network, examples: ExampleSet, name: string): Promise<number[]> {
  const parameters = await network.readParameters();
  const values = parameters.get(name) ?? new Float32Array();
  const lossWith = async (index: number, moved: number) => {
    const kept = values[index] as number;
    values[index] = moved;
    await network.writeParameters(parameters);
    values[index] = kept;
    return (await network.evaluate(examples)).loss;
  };
  const differences: number[] = [];
  for (const [index, value] of values.entries()) {
    // What float32 makes of p + h and p - h, so that the quotient divides by the true distance.
    const [above, below] = [Math.fround(value + 1e-4), Math.fround(value - 1e-4)];
    differences.push(((await lossWith(index, above)) - (await lossWith(index, below))) / (above - below));
  }
  await network.writeParameters(parameters);
  return differences;
}
