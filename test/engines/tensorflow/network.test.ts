import { expect, test } from "vitest";
import type { Network } from "../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { kernelsWasm } from "../../../src/engines/kernels/index.ts";
import { DeviceData } from "../../../src/engines/tensorflow/device-data.ts";
import { tensorflow } from "../../../src/engines/tensorflow/index.ts";
import { findInstallation } from "../../../src/engines/tensorflow/installation.ts";
import { loadRuntime } from "../../../src/engines/tensorflow/load.ts";
import { TensorFlowNetwork } from "../../../src/engines/tensorflow/network.ts";
import type { Runtime } from "../../../src/engines/tensorflow/runtime.ts";
import { type NetworkSpec, readsTokens } from "../../../src/network/specification.ts";
import { expectClose, relativeError } from "../support/compare.ts";
import { cnn, mlp, optimizers } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples, makeTeacher, weightMasks } from "../support/problems.ts";
import { makeTexts, tinyTransformer } from "../support/transformers.ts";

const installation = findInstallation();
const options = { batchSize: 16, learningRate: 0.001 };

/** Loaded once: the binding has one backend a process. */
let runtime: Runtime | undefined;
function loaded(): Runtime {
  runtime ??= loadRuntime(installation?.packageFolder ?? "");
  return runtime;
}

test.runIf(installation !== undefined)(
  "memory is flat over an epoch, masked and with weight decay too, and all is freed in the end",
  async () => {
    for (const spec of [mlp(), cnn(), tinyTransformer()]) {
      // Constants stay: they are made in the first life.
      await lifeOf(spec);
      const before = loaded().memory();
      await lifeOf(spec);
      expect(loaded().memory()).toEqual(before);
    }
  },
);

/** Makes a network, trains it for four epochs, and disposes of it. */
async function lifeOf(spec: NetworkSpec): Promise<void> {
  const examples = readsTokens(spec)
    ? makeTexts(
        spec,
        Array.from({ length: 100 }, (_, i) => 1 + (i % 9)),
      )
    : makeExamples(spec, 100);
  const teacherOutputs = makeTeacher(spec, examples);
  const distillation = { teacherOutputs, temperature: 3, weight: 0.7 };
  const data = new DeviceData(loaded());
  const network = new TensorFlowNetwork(loaded(), data, spec, optimizers.decayedAdam);
  await network.writeParameters(initialParameters(spec));
  await network.setMasks(weightMasks(spec, 0.5));
  const epoch = async () => {
    await network.train(examples, inOrder(100), options);
    await network.train(examples, inOrder(100), { ...options, distillation });
    await network.evaluate(examples);
    await network.gradients(examples, inOrder(10));
    await network.gradients(examples, inOrder(10), { masked: false, loss: "sum-of-outputs" });
    await network.outputs(examples, inOrder(10));
    await network.activationNorms(examples, inOrder(10));
    await network.writeOptimizerState(await network.readOptimizerState());
    await network.setMasks(weightMasks(spec, 0.7));
    return loaded().memory();
  };
  const afterOne = await epoch();
  for (let i = 0; i < 3; i++) expect(await epoch()).toEqual(afterOne);
  await network.dispose();
  data.dropExamples(examples);
  data.dropTeacher(teacherOutputs);
}

const cases = Object.entries({ mlp: mlp(), cnn: cnn() }).flatMap(([network, spec]) =>
  [0, 0.9].map((sparsity) => ({ network, spec, sparsity })),
);

test.runIf(installation !== undefined).each(cases)(
  "losses and weights equal those of the kernels over 50 steps: $network, sparsity $sparsity",
  async ({ spec, sparsity }) => {
    const examples = makeExamples(spec, 160);
    const losses: number[][] = [];
    const parameters: Awaited<ReturnType<Network["readParameters"]>>[] = [];
    for (const entry of [kernelsWasm, tensorflow]) {
      const engine = await entry.open(() => {});
      const network = await engine.createNetwork(spec, optimizers.adam);
      await network.writeParameters(initialParameters(spec));
      await network.setMasks(weightMasks(spec, sparsity));
      losses.push(await trainSteps(network, examples, 50));
      parameters.push(await network.readParameters());
      await network.dispose();
      await engine.dispose();
    }
    const [expectedLosses = [], actualLosses = []] = losses;
    const [expected = new Map(), actual = new Map()] = parameters;
    expect(expectedLosses).toHaveLength(50);
    expect(relativeError(actualLosses, expectedLosses)).toBeLessThanOrEqual(1e-4);
    expectClose(actual, expected, 1e-4);
  },
);

async function trainSteps(network: Network, examples: ExampleSet, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const order = inOrder(16).map((index) => (16 * step + index) % examples.count);
    losses.push((await network.train(examples, order, options)).loss);
  }
  return losses;
}
