import { describe, expect, test } from "vitest";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { layoutNetwork } from "../../../src/engines/kernels/layout.ts";
import type { Masks } from "../../../src/network/mask.ts";
import {
  type ParameterSpec,
  type Parameters,
  parameterCount,
  parameterSpecs,
} from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { expectSameBits } from "../support/compare.ts";
import { conv, dense, optimizers, pool, relu } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples } from "../support/problems.ts";
import { builds } from "./builds.ts";

/** A network, and what is left of it when of each hidden layer every second output is pruned. */
interface Halved {
  readonly whole: NetworkSpec;
  readonly half: NetworkSpec;
  /** By layer: weights of one output that belong to one output of the layer before. */
  readonly groups: Readonly<Record<string, number>>;
}

const mlp = (hidden: readonly [number, number]): NetworkSpec => ({
  inputShape: [31],
  layers: [
    dense("fc1", 31, hidden[0]),
    relu,
    dense("fc2", hidden[0], hidden[1]),
    relu,
    dense("fc3", hidden[1], 5),
  ],
  loss: "softmax-cross-entropy",
});

const cnn = (filters: readonly [number, number], hidden: number): NetworkSpec => ({
  inputShape: [1, 14, 14],
  layers: [
    conv("conv1", [1, filters[0]], [3, 3]),
    relu,
    pool(2),
    conv("conv2", filters, [3, 3], { padding: 1 }),
    relu,
    pool(2),
    { kind: "flatten" },
    dense("fc1", 9 * filters[1], hidden),
    relu,
    dense("fc2", hidden, 5),
  ],
  loss: "softmax-cross-entropy",
});

const cases: [string, Halved][] = [
  ["mlp", { whole: mlp([41, 22]), half: mlp([21, 11]), groups: { fc2: 1, fc3: 1 } }],
  ["cnn", { whole: cnn([7, 10], 18), half: cnn([4, 5], 9), groups: { conv2: 9, fc1: 9, fc2: 1 } }],
];

const isHidden = ({ layer }: ParameterSpec, { half }: Halved) => parameterSpecs(half).at(-1)?.layer !== layer;

/** Whether a value connects outputs that stay: those of even number. */
function stays(parameter: ParameterSpec, index: number, halved: Halved): boolean {
  const columns = parameter.size / (parameter.shape[0] ?? 1);
  const output = Math.floor(index / columns);
  const input = Math.floor((index % columns) / (halved.groups[parameter.layer] ?? columns));
  const inputStays = parameter.role === "bias" || input % 2 === 0;
  return inputStays && (output % 2 === 0 || !isHidden(parameter, halved));
}

function halve(halved: Halved): { masks: Masks; parameters: Parameters; left: Parameters } {
  const parameters = initialParameters(halved.whole);
  const masks = new Map<string, Uint8Array>();
  const left = new Map<string, Float32Array>();
  for (const parameter of parameterSpecs(halved.whole)) {
    const values = parameters.get(parameter.name) ?? new Float32Array();
    masks.set(
      parameter.name,
      Uint8Array.from(values, (_, index) => (stays(parameter, index, halved) ? 1 : 0)),
    );
    left.set(
      parameter.name,
      values.filter((_, index) => stays(parameter, index, halved)),
    );
  }
  return { masks, parameters, left };
}

describe("pruned neurons, filters and inputs cost nothing", () => {
  test.each(cases)("what is computed and stored is the smaller network: %s", (_name, halved) => {
    const { masks } = halve(halved);
    const layout = layoutNetwork(halved.whole, masks, 16);
    expect(layout.spec).toEqual(halved.half);
    expect(layout.size).toBe(parameterCount(halved.half));
    expect([...layout.layers.values()].every(({ positions }) => positions === undefined)).toBe(true);
  });

  test("constant outputs are no part of it, and their weights are stored once", () => {
    const whole = mlp([40, 22]);
    const rows = Uint8Array.from({ length: 40 * 31 }, (_, i) => (Math.floor(i / 31) < 30 ? 0 : 1));
    const layout = layoutNetwork(whole, new Map([["fc1.weight", rows]]), 16);
    expect(layout.spec).toEqual(mlp([10, 22]));
    expect(layout.layers.get("fc1")).toMatchObject({ keptWeights: 10 * 31, keptBiases: 40, constants: 30 });
    expect(layout.layers.get("fc2")?.folded.outputs).toHaveLength(30 * 22);
    expect(layout.size).toBe(parameterCount(whole) - 30 * 31);
  });

  test("inputs without kept weights are not read", () => {
    const whole = mlp([41, 22]);
    const columns = Uint8Array.from({ length: 41 * 31 }, (_, i) => (i % 31 < 20 ? 0 : 1));
    const layout = layoutNetwork(whole, new Map([["fc1.weight", columns]]), 16);
    expect([...(layout.features ?? [])]).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
    expect(layout.spec.inputShape).toEqual([11]);
  });
});

describe.each(builds)("%s", (_name, entry) => {
  test.each(cases)("gives the same bits as the smaller network: %s", async (_case, halved) => {
    const { masks, parameters, left } = halve(halved);
    const engine = await entry.open(() => {});
    const examples: ExampleSet = makeExamples(halved.whole, 70);
    const run = async (spec: NetworkSpec, initial: Parameters, masks: Masks) => {
      const network = await engine.createNetwork(spec, optimizers.decayedAdam);
      await network.setMasks(masks);
      await network.writeParameters(initial);
      const losses: number[] = [];
      for (let epoch = 0; epoch < 3; epoch++) {
        const options = { batchSize: 33, learningRate: 0.01 };
        losses.push((await network.train(examples, inOrder(70), options)).loss);
      }
      losses.push((await network.evaluate(examples)).loss);
      return { losses, parameters: await network.readParameters() };
    };
    const masked = await run(halved.whole, parameters, masks);
    const small = await run(halved.half, left, new Map());
    expect(masked.losses).toEqual(small.losses);
    const kept = [...masked.parameters].map(
      ([name, values]) => [name, values.filter((_, i) => masks.get(name)?.[i] !== 0)] as const,
    );
    expectSameBits(new Map(kept), small.parameters);
  });
});
