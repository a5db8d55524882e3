import { describe, expect, it } from "vitest";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import {
  dataOrder,
  optimizerSpec,
  stepCount,
  type TrainingInputs,
  type TrainingPlan,
  train,
} from "../../../src/experiment/training/train.ts";
import { randomStream } from "../../../src/foundations/random.ts";
import { initialParameters } from "../../../src/models/initializers.ts";
import { buildNetwork } from "../../../src/models/registry.ts";

/** Points in a plane, labelled by the side of a line they lie on. */
function examples(count: number, seed: number): ExampleSet {
  const stream = randomStream(seed, "test examples");
  const values = Float32Array.from({ length: 2 * count }, () => stream.normal());
  const labels = Uint8Array.from({ length: count }, (_, i) =>
    (values[2 * i] as number) + (values[2 * i + 1] as number) > 0 ? 1 : 0,
  );
  return {
    count,
    shape: [2],
    inputs: { kind: "floats", values },
    targets: { kind: "classes", labels, classes: 2 },
  };
}

const data = { train: examples(50, 1), validation: examples(40, 2) };
const plan: TrainingPlan = {
  epochs: 4,
  batchSize: 8,
  optimizer: { name: "adam", learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  schedule: { name: "cosine", final: 0.1 },
};
const spec = buildNetwork(
  { name: "mlp", hidden: [6], activation: "relu", initializer: { name: "pytorch" } },
  [2],
  2,
  "softmax-cross-entropy",
);
// 50 examples in batches of 8: 7 steps an epoch, the last of 2 examples.
const STEPS = 28;

async function newNetwork() {
  const engine = await openEngine("kernels-wasm", () => {});
  const network = await engine.createNetwork(spec, optimizerSpec(plan.optimizer));
  await network.writeParameters(initialParameters(spec, { name: "pytorch" }, 0));
  return network;
}

type Network = Awaited<ReturnType<typeof newNetwork>>;

const trainOn = (network: Network, changes: Partial<TrainingInputs> = {}) =>
  train({
    network,
    ...data,
    plan,
    seed: 0,
    phase: "train",
    forwardMacs: () => 10,
    select: "last",
    onStep: () => {},
    ...changes,
  });

describe("the data order", () => {
  it("is a permutation that depends on seed, phase and epoch alone", () => {
    const order = dataOrder(1000, 3, "train", 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(dataOrder(1000, 3, "train", 0)).toEqual(order);
    for (const other of [
      dataOrder(1000, 4, "train", 0),
      dataOrder(1000, 3, "train", 1),
      dataOrder(1000, 3, "finetune", 0),
    ]) {
      expect(other).not.toEqual(order);
    }
  });
});

it("counts the smaller last batch as a step", () => {
  expect(stepCount({ epochs: 3, batchSize: 64 }, 129)).toBe(9);
});

it("hands an engine the optimizer without its learning rate", () => {
  expect(optimizerSpec({ name: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0 })).toEqual({
    name: "sgd",
    momentum: 0.9,
    weightDecay: 0,
  });
});

describe("a training", () => {
  it("takes every step once, and records the state before the first and after each epoch", async () => {
    const steps: number[] = [];
    const { history, effort } = await trainOn(await newNetwork(), {
      onStep: (step) => steps.push(step),
    });
    expect(steps.at(-1)).toBe(STEPS);
    expect(effort).toEqual({ steps: STEPS, examples: 4 * 50, macs: 3 * 10 * 4 * 50 });
    expect(history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(history[0]).toMatchObject({ learningRate: null, trainLoss: null });
    // Of the epoch's last step: cosine from full to a tenth.
    const last = 0.05 * (0.1 + 0.9 * 0.5 * (1 + Math.cos((Math.PI * 6) / STEPS)));
    expect(history[1]?.learningRate).toBeCloseTo(last, 12);
  });

  it.each([1, 5, 7, 10, 27])("cut at step %i and continued elsewhere gives the same bits", async (cut) => {
    const whole = await newNetwork();
    const straight = await trainOn(whole);
    const first = await newNetwork();
    await trainOn(first, { until: cut });
    const second = await newNetwork();
    await second.writeParameters(await first.readParameters());
    await second.writeOptimizerState(await first.readOptimizerState());
    const { history } = await trainOn(second, { from: cut });
    expect(await second.readParameters()).toEqual(await whole.readParameters());
    expect(await second.readOptimizerState()).toEqual(await whole.readOptimizerState());
    // Whole epochs alone have a record, and those after the cut have the same one.
    const laterThan = (records: typeof history) => records.filter(({ epoch }) => epoch > Math.ceil(cut / 7));
    expect(laterThan(history)).toEqual(laterThan(straight.history));
    expect(history[0]?.epoch).toBe(Math.floor(cut / 7));
  });

  it("intervenes before the steps that are asked for, and nowhere else", async () => {
    const network = await newNetwork();
    const seen: number[] = [];
    await trainOn(network, {
      interventions: {
        steps: [0, 3, 7, 20],
        before: async (step) => {
          seen.push(step);
          // Adam has counted the steps so far.
          expect((await network.readOptimizerState()).step).toBe(step);
        },
      },
    });
    expect(seen).toEqual([0, 3, 7, 20]);
  });

  it("counts the multiply-accumulates of the masks that are in force at each step", async () => {
    let kept = 10;
    const { effort } = await trainOn(await newNetwork(), {
      forwardMacs: () => kept,
      until: 10,
      interventions: {
        steps: [2, 8],
        before: async (step) => {
          kept = step === 2 ? 5 : 7;
        },
      },
    });
    // 7 steps of an epoch take 50 examples; of those after it three take 8 each.
    expect(effort.examples).toBe(74);
    expect(effort.macs).toBe(3 * (10 * 2 * 8 + 5 * (50 - 2 * 8 + 8) + 7 * 2 * 8));
  });

  it("is not changed by an intervention that changes nothing", async () => {
    const [plain, watched] = [await newNetwork(), await newNetwork()];
    await trainOn(plain);
    await trainOn(watched, { interventions: { steps: [2, 9], before: async () => {} } });
    expect(await watched.readParameters()).toEqual(await plain.readParameters());
  });

  it("ends where a loss is not finite", async () => {
    const network = await newNetwork();
    const broken = new Map(await network.readParameters()).set(
      "fc1.bias",
      new Float32Array(6).fill(Number.NaN),
    );
    await network.writeParameters(broken);
    const { diverged, history, effort } = await trainOn(network);
    expect(diverged).toBe(true);
    expect(history.at(-1)).toMatchObject({ epoch: 1, trainLoss: null, validationLoss: null });
    expect(effort.examples).toBeLessThan(50);
  });
});

describe("select: best", () => {
  // A rate at which the later epochs are worse than the first ones, on the test's own data.
  const wild = {
    ...plan,
    epochs: 8,
    optimizer: { ...plan.optimizer, learningRate: 3 },
    schedule: { name: "constant" },
  } as const;

  it("keeps the parameters of the first epoch with the best validation accuracy", async () => {
    const network = await newNetwork();
    const { best, history } = await trainOn(network, { plan: wild, select: "best" });
    const accuracies = history.slice(1).map(({ validationAccuracy }) => validationAccuracy ?? 0);
    const bestEpoch = accuracies.indexOf(Math.max(...accuracies)) + 1;
    expect(bestEpoch).toBeLessThan(8);
    expect(accuracies.at(-1)).toBeLessThan(Math.max(...accuracies));

    const again = await newNetwork();
    await trainOn(again, { plan: wild, until: 7 * bestEpoch });
    expect(best).toEqual(await again.readParameters());
  });

  it("looks at no epoch before the last intervention", async () => {
    const interventions = { steps: [7 * 6], before: async () => {} };
    const { best, history } = await trainOn(await newNetwork(), {
      plan: wild,
      select: "best",
      interventions,
    });
    const [seventh = 0, eighth = 0] = history
      .slice(-2)
      .map(({ validationAccuracy }) => validationAccuracy ?? 0);
    const again = await newNetwork();
    await trainOn(again, { plan: wild, until: 7 * (eighth > seventh ? 8 : 7) });
    expect(best).toEqual(await again.readParameters());
  });

  it("takes the lowest loss where there is no accuracy", async () => {
    const values = (set: ExampleSet): ExampleSet => ({
      ...set,
      targets: {
        kind: "values",
        width: 2,
        values: Float32Array.from({ length: 2 * set.count }, (_, i) => i % 3),
      },
    });
    const engine = await openEngine("kernels-wasm", () => {});
    const network = await engine.createNetwork(
      { ...spec, loss: "mean-squared-error" },
      optimizerSpec(plan.optimizer),
    );
    await network.writeParameters(initialParameters(spec, { name: "pytorch" }, 0));
    const set = { train: values(data.train), validation: values(data.validation) };
    const { best, history } = await trainOn(network, { ...set, plan: wild, select: "best" });
    const losses = history.slice(1).map(({ validationLoss }) => validationLoss ?? Number.NaN);
    expect(losses.indexOf(Math.min(...losses))).toBeLessThan(7);
    if (best !== undefined) await network.writeParameters(best);
    expect((await network.evaluate(set.validation)).loss).toBe(Math.min(...losses));
  });

  it("keeps none unless asked", async () => {
    expect((await trainOn(await newNetwork())).best).toBeUndefined();
  });
});
