import { describe, expect, test } from "vitest";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { sha256 } from "../../../src/foundations/hash.ts";
import type { Activation, NetworkSpec } from "../../../src/network/specification.ts";
import { expectSameBits } from "../support/compare.ts";
import { cnn, dense, mlp, oddCnn, optimizers } from "../support/networks.ts";
import { hashed } from "../support/numbers.ts";
import { initialParameters, inOrder, makeExamples, makeTeacher, weightMasks } from "../support/problems.ts";
import { builds } from "./builds.ts";

const networks: [string, NetworkSpec][] = [
  ["mlp", mlp()],
  ["cnn", cnn()],
  ["odd cnn", oddCnn()],
];

/** The SHA-256 of 50 losses: the same on every machine and in every later version, or the identity changes. */
const goldenLosses: Record<string, string> = {
  mlp: "0f4e8674314c8a24735645c98aeb142e21443c5c08414e273f4e7a897c1e29c0",
  cnn: "902d5f2c923e2a306038f1e8424575acad525725b3254d56e661e0ab35a90e80",
  "odd cnn": "bd12da74c35149332a55daf3adf8d901230e479a5a5ce28747467cf2a63adfff",
  "mlp, distilled": "9d3b2501a3c6a6a4b30a13eb553127437b24f2b8275461951b0ec99853b39aaa",
};

describe.each(builds)("%s", (name, entry) => {
  test.each(networks)("any number of batches a call gives the same bits: %s", async (_, spec) => {
    const engine = await entry.open(() => {});
    const examples = makeExamples(spec, 200);
    const order = hashed(200, 5).map((value) => value % 200);
    const [whole, pieces] = await Promise.all(
      [200, 48].map(async (callSize) => {
        const network = await engine.createNetwork(spec, optimizers.adam);
        await network.writeParameters(initialParameters(spec));
        for (let start = 0; start < order.length; start += callSize) {
          const part = order.subarray(start, start + callSize);
          await network.train(examples, part, { batchSize: 24, learningRate: 0.01 });
        }
        return network.readParameters();
      }),
    );
    if (whole === undefined || pieces === undefined) throw new Error("no results");
    expectSameBits(pieces, whole);
  });

  test("a larger batch before leaves no trace in the next", async () => {
    const engine = await entry.open(() => {});
    const spec = oddCnn();
    const examples = makeExamples(spec, 100);
    const [fresh, used] = await Promise.all(
      [false, true].map(async (warmUp) => {
        const network = await engine.createNetwork(spec, optimizers.decayedSgd);
        if (warmUp) await network.train(examples, inOrder(100), { batchSize: 100, learningRate: 0 });
        await network.writeParameters(initialParameters(spec));
        await network.writeOptimizerState(
          await engine.createNetwork(spec, optimizers.decayedSgd).then((n) => n.readOptimizerState()),
        );
        await network.train(examples, inOrder(7), { batchSize: 5, learningRate: 0.1 });
        return network.readParameters();
      }),
    );
    if (fresh === undefined || used === undefined) throw new Error("no results");
    expectSameBits(used, fresh);
  });

  test("skipping inputs that are zero changes no bit, nor does starting or ceasing to", async () => {
    const engine = await entry.open(() => {});
    const spec = mlp();
    const mostlyZero = surrounded(makeExamples(spec, 100), 0);
    const hardlyZero = surrounded(makeExamples(spec, 100), 255);
    const batches = (set: ExampleSet, other: ExampleSet) => [set, set, other, set];
    const results = await Promise.all(
      [batches(mostlyZero, mostlyZero), batches(hardlyZero, hardlyZero), batches(mostlyZero, hardlyZero)].map(
        async (sets) => {
          const network = await engine.createNetwork(spec, optimizers.adam);
          await network.writeParameters(initialParameters(spec));
          await network.setMasks(weightMasks(spec, 0.3));
          for (const set of sets)
            await network.train(set, inOrder(100), { batchSize: 33, learningRate: 0.01 });
          const { slots } = await network.readOptimizerState();
          const gradients = await network.gradients(mostlyZero, inOrder(50));
          return [await network.readParameters(), gradients, ...slots.values()];
        },
      ),
    );
    const [expected = [], ...others] = results;
    for (const tensors of others)
      tensors.forEach((actual, i) => expectSameBits(actual, expected[i] ?? new Map()));
  });

  test.each(networks)("NaN and infinity reach the loss: %s", async (_, spec) => {
    const engine = await entry.open(() => {});
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const network = await engine.createNetwork(spec, optimizers.adam);
      const parameters = initialParameters(spec);
      for (const values of parameters.values()) values[values.length >> 1] = poison;
      await network.writeParameters(parameters);
      const examples = makeExamples(spec, 20);
      const result = await network.train(examples, inOrder(20), { batchSize: 20, learningRate: 0.01 });
      expect(result.finite).toBe(false);
      expect(Number.isFinite(result.loss)).toBe(false);
      expect(Number.isFinite((await network.evaluate(examples)).loss)).toBe(false);
    }
  });

  test.each<[Activation, (x: number) => number]>([
    ["sigmoid", (x) => 1 / (1 + Math.exp(-x))],
    ["tanh", Math.tanh],
    ["relu", (x) => Math.max(x, 0)],
  ])("%s is right to about 2 units in the last place", async (activation, exact) => {
    const engine = await entry.open(() => {});
    // One output that copies the activation, squared by the loss of target 0.
    const spec: NetworkSpec = {
      inputShape: [1],
      layers: [{ kind: "activation", activation }, dense("copy", 1, 1)],
      loss: "mean-squared-error",
    };
    const network = await engine.createNetwork(spec, optimizers.plainSgd);
    await network.writeParameters(
      new Map([
        ["copy.weight", Float32Array.of(1)],
        ["copy.bias", Float32Array.of(0)],
      ]),
    );
    for (const x of [-200, -87, -20, -3.3, -0.7, -0.62, -1e-4, 0, 1e-4, 0.5, 0.63, 1, 2.5, 9, 40, 88, 200]) {
      const y = Math.sqrt((await network.evaluate(oneNumber(Math.fround(x)))).loss);
      const expected = Math.abs(exact(Math.fround(x)));
      expect(Math.abs(y - expected), `at ${x}`).toBeLessThanOrEqual(expected * 2.5e-7 + 1e-37);
    }
  });

  test("a disposed network says so", async () => {
    const engine = await entry.open(() => {});
    const network = await engine.createNetwork(mlp(), optimizers.adam);
    await network.dispose();
    await network.dispose();
    await expect(network.readParameters()).rejects.toThrow("disposed");
  });

  test("examples that do not fit are refused before any memory is read", async () => {
    const engine = await entry.open(() => {});
    const network = await engine.createNetwork(mlp(), optimizers.adam);
    const options = { batchSize: 4, learningRate: 0.1 };
    const examples = makeExamples(mlp(), 10);
    await expect(network.train(examples, Uint32Array.of(10), options)).rejects.toThrow("index");
    const distillation = { teacherOutputs: new Float32Array(69), temperature: 1, weight: 1 };
    const distilled = network.train(examples, Uint32Array.of(9), { ...options, distillation });
    await expect(distilled).rejects.toThrow("a teacher's 69 outputs do not fit 10 examples of 7");
    await expect(network.evaluate({ ...examples, shape: [36] })).rejects.toThrow("shape");
    await expect(network.evaluate({ ...examples, count: 11 })).rejects.toThrow(RangeError);
    await expect(network.evaluate(makeExamples(mlp("mean-squared-error"), 10))).rejects.toThrow("targets");
  });

  test
    .runIf(name === "kernels-wasm")
    .each([
      ...networks.map(([title, spec]) => ({ title, spec, distillation: undefined })),
      { title: "mlp, distilled", spec: mlp(), distillation: { temperature: 4, weight: 0.9 } },
    ])("losses are the same bits as ever: $title", async ({ title, spec, distillation }) => {
    const engine = await entry.open(() => {});
    const network = await engine.createNetwork(spec, optimizers.adam);
    await network.writeParameters(initialParameters(spec));
    const examples = makeExamples(spec, 60);
    const teacherOutputs = makeTeacher(spec, examples);
    const options = {
      batchSize: 21,
      learningRate: 0.003,
      distillation: distillation && { ...distillation, teacherOutputs },
    };
    const losses = new Float64Array(50);
    for (let step = 0; step < losses.length; step++) {
      losses[step] = (await network.train(examples, inOrder(60), options)).loss;
    }
    expect(sha256(new Uint8Array(losses.buffer))).toBe(goldenLosses[title]);
  });
});

/** The same examples, followed by three times as many that are all of one value and decide what is skipped. */
function surrounded(examples: ExampleSet, byte: number): ExampleSet {
  if (examples.inputs.kind !== "bytes" || examples.targets.kind !== "classes")
    throw new Error("other examples");
  const size = examples.inputs.values.length;
  const values = new Uint8Array(4 * size).fill(byte);
  values.set(examples.inputs.values);
  const labels = new Uint8Array(4 * examples.count);
  labels.set(examples.targets.labels);
  return {
    ...examples,
    count: 4 * examples.count,
    inputs: { ...examples.inputs, values },
    targets: { ...examples.targets, labels },
  };
}

function oneNumber(x: number): ExampleSet {
  return {
    count: 1,
    shape: [1],
    inputs: { kind: "floats", values: Float32Array.of(x) },
    targets: { kind: "values", values: Float32Array.of(0), width: 1 },
  };
}
