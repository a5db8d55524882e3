import { afterEach, describe, expect, test, vi } from "vitest";
import type { Network, OptimizerSpec, TrainResult } from "../../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../../src/engines/examples.ts";
import { DeviceData } from "../../../../src/engines/tensorflow/device-data.ts";
import { findInstallation } from "../../../../src/engines/tensorflow/installation.ts";
import { loadRuntime } from "../../../../src/engines/tensorflow/load.ts";
import { TensorFlowNetwork } from "../../../../src/engines/tensorflow/network.ts";
import type { Runtime } from "../../../../src/engines/tensorflow/runtime.ts";
import { convolvesInGroups } from "../../../../src/engines/tensorflow/stacks/groups.ts";
import { Stacks } from "../../../../src/engines/tensorflow/stacks/stacks.ts";
import { buildNetwork, modelSchema } from "../../../../src/models/registry.ts";
import type { Parameters } from "../../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../../src/network/specification.ts";
import { expectClose, expectSameBits, relativeError } from "../../support/compare.ts";
import { cnn, mlp, oddCnn, optimizers } from "../../support/networks.ts";
import {
  initialParameters,
  inOrder,
  makeExamples,
  makeTeacher,
  weightMasks,
} from "../../support/problems.ts";

const BATCH = 8;

/** Loaded once: the binding has one backend a process. */
let runtime: Runtime | undefined;
function loaded(): Runtime {
  // Without oneDNN, which TensorFlow takes by itself on some processors alone, it does not convolve in groups on a CPU.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";
  runtime ??= loadRuntime(findInstallation()?.packageFolder ?? "");
  return runtime;
}

function named(name: string): NetworkSpec {
  return buildNetwork(modelSchema().parse({ name }), [1, 28, 28], 10, "softmax-cross-entropy");
}

/** The parameters of another network for each number. */
function startOf(spec: NetworkSpec, number: number): Parameters {
  const start = [...initialParameters(spec)];
  return new Map(start.map(([name, values]) => [name, values.map((value) => value * (1 + 0.03 * number))]));
}

/** What one of many networks trains: its own masks, and calls with an order and a rate each, about `rate`. */
interface Plan {
  readonly rate: number;
  readonly number: number;
  readonly sparsity: number;
  readonly steps: number;
  /** Calls of the first network after which it begins. */
  readonly joins: number;
}

const STEPS_A_CALL = 5;

function plans(count: number, steps: number, rate = 0.01): Plan[] {
  return Array.from({ length: count }, (_, number) => ({
    rate,
    number,
    sparsity: [0, 0.5, 0.9][number % 3] ?? 0,
    steps: number % 4 === 3 ? Math.floor((steps * 3) / 5) - number : steps,
    joins: number % 5 === 4 ? 2 : 0,
  }));
}

async function begin(network: Network, { number, sparsity }: Plan): Promise<void> {
  await network.writeParameters(startOf(network.spec, number));
  if (sparsity > 0) await network.setMasks(weightMasks(network.spec, sparsity));
}

/** Trains as planned, the last batch a smaller one; `afterCall` hears how many calls there have been. */
async function follow(
  network: Network,
  examples: ExampleSet,
  { rate, number, steps }: Plan,
  afterCall: (calls: number) => void = () => {},
): Promise<TrainResult[]> {
  const results: TrainResult[] = [];
  for (let step = 0; step < steps; step += STEPS_A_CALL) {
    const taken = Math.min(STEPS_A_CALL, steps - step);
    const length = taken * BATCH - (step + taken === steps ? number % BATCH : 0);
    const order = inOrder(length).map((i) => ((step * BATCH + i) * (2 * number + 1)) % examples.count);
    const learningRate = rate * (1 + number / 10) * 0.95 ** step;
    results.push(await network.train(examples, order, { batchSize: BATCH, learningRate }));
    afterCall(results.length);
  }
  return results;
}

/** Trains networks in one stack, as many lanes as there are plans. */
async function trainTogether(spec: NetworkSpec, optimizer: OptimizerSpec, planned: readonly Plan[]) {
  const data = new DeviceData(loaded());
  const stacks = new Stacks(loaded(), data, planned.length);
  const examples = makeExamples(spec, 97);
  const make = () => new TensorFlowNetwork(loaded(), data, spec, optimizer, stacks);
  const waiting = new Map<number, () => void>();
  const calls = (count: number) =>
    count === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.set(count, resolve));
  const joined = calls(Math.max(...planned.map(({ joins }) => joins)));
  const trained = await Promise.all(
    planned.map(async (plan) => {
      const network = make();
      await begin(network, plan);
      if (plan.joins > 0) await joined;
      const results = await follow(network, examples, plan, (count) => {
        if (plan.number === 0) waiting.get(count)?.();
      });
      return { network, results };
    }),
  );
  const read = await Promise.all(
    trained.map(async ({ network, results }) => ({ results, parameters: await network.readParameters() })),
  );
  for (const { network } of trained) await network.dispose();
  data.dropExamples(examples);
  return read;
}

async function trainAlone(spec: NetworkSpec, optimizer: OptimizerSpec, plan: Plan) {
  const data = new DeviceData(loaded());
  const examples = makeExamples(spec, 97);
  const network = new TensorFlowNetwork(loaded(), data, spec, optimizer);
  await begin(network, plan);
  const results = await follow(network, examples, plan);
  const parameters = await network.readParameters();
  await network.dispose();
  data.dropExamples(examples);
  return { results, parameters };
}

/** An epsilon that keeps weights with hardly any gradient from moving as fast as others. */
const tamedAdam = { name: "adam", beta1: 0.9, beta2: 0.99, epsilon: 1e-4, weightDecay: 0 } as const;

/** How far networks that train together are from the same that train alone: relative errors, of weights each of its tensor's largest. */
async function compareWithSingle(spec: NetworkSpec, optimizer: OptimizerSpec, planned: readonly Plan[]) {
  const together = await trainTogether(spec, optimizer, planned);
  const pairs: { readonly lossError: number; readonly errors: readonly number[] }[] = [];
  for (const plan of planned) {
    const alone = await trainAlone(spec, optimizer, plan);
    const { results = [], parameters = new Map<string, Float32Array>() } = together[plan.number] ?? {};
    expect(losses(results)).toHaveLength(Math.ceil(plan.steps / STEPS_A_CALL));
    const lossError = relativeError(losses(results), losses(alone.results));
    const errors = [...alone.parameters].flatMap(([key, values]) => {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const trained = parameters.get(key) ?? new Float32Array();
      return Array.from(values, (value, i) => Math.abs((trained[i] ?? Number.NaN) - value) / largest);
    });
    pairs.push({ lossError, errors });
  }
  return pairs;
}

const losses = (results: readonly TrainResult[]) => results.map(({ loss }) => loss);

describe.runIf(findInstallation() !== undefined)("lanes", () => {
  afterEach(() => vi.restoreAllMocks());

  test.each([
    ["lenet-300-100", "SGD", optimizers.decayedSgd, 0.01],
    ["lenet-5", "SGD", optimizers.decayedSgd, 0.01],
    ["lenet-300-100", "Adam", tamedAdam, 0.001],
  ] as const)(
    "16 networks of their own masks, orders, rates and lengths equal 16 single ones over 50 steps: %s, %s",
    async (name, _, optimizer, rate) => {
      const pairs = await compareWithSingle(named(name), optimizer, plans(16, 50, rate));
      for (const { lossError } of pairs) expect(lossError).toBeLessThanOrEqual(1e-5);
      // In one of them a ReLU or a pool near a tie may fall on the other side, as between any two machines.
      const errors = pairs
        .map(({ errors }) => errors.reduce((most, error) => Math.max(most, error), 0))
        .sort((a, b) => a - b);
      expect(errors.at(-2)).toBeLessThanOrEqual(1e-5);
      expect(errors.at(-1)).toBeLessThanOrEqual(1e-2);
    },
    300_000,
  );

  test.each([
    ["lenet-300-100", 8],
    ["lenet-5", 4],
  ])(
    "with a small epsilon Adam equals single networks but for few weights: %s",
    async (name, count) => {
      const optimizer = { ...tamedAdam, epsilon: 1e-8 };
      const pairs = await compareWithSingle(named(name), optimizer, plans(count, 30, 0.001));
      for (const { lossError } of pairs) expect(lossError).toBeLessThanOrEqual(1e-5);
      // A weight whose gradients are hardly more than rounding moves by a learning rate all the same, whichever way.
      const apart = pairs.map(({ errors }) => errors.filter((error) => error > 1e-5).length / errors.length);
      apart.sort((a, b) => a - b);
      expect(apart.at(-2)).toBeLessThanOrEqual(1e-3);
    },
    300_000,
  );

  test("a network that diverges changes no bit of the others", async () => {
    for (const spec of [mlp(), cnn()]) {
      const train = async (learningRate: number) => {
        const data = new DeviceData(loaded());
        const stacks = new Stacks(loaded(), data, 3);
        const examples = makeExamples(spec, 97);
        const trained = [0, 1, 2].map(async (number) => {
          const network = new TensorFlowNetwork(loaded(), data, spec, optimizers.adam, stacks);
          await network.writeParameters(startOf(spec, number));
          const options = { batchSize: BATCH, learningRate: number === 1 ? learningRate : 0.01 };
          const result = await network.train(examples, inOrder(97), options);
          return { network, result };
        });
        const all = await Promise.all(trained);
        const read = await Promise.all(all.map(({ network }) => network.readParameters()));
        for (const { network } of all) await network.dispose();
        data.dropExamples(examples);
        return { read, results: all.map(({ result }) => result) };
      };
      const [usual, wild] = [await train(0.01), await train(1e30)];
      expect(wild.results.map(({ finite }) => finite)).toEqual([true, false, true]);
      for (const number of [0, 2]) {
        expectSameBits(wild.read[number] ?? new Map(), usual.read[number] ?? new Map());
        expect(wild.results[number]).toEqual(usual.results[number]);
      }
    }
  });

  test("a network's bits depend neither on its lane nor on what the others do", async () => {
    for (const spec of [mlp(), cnn(), oddCnn()]) {
      const trained = async (lane: number, busy: boolean): Promise<Parameters> => {
        const data = new DeviceData(loaded());
        const stacks = new Stacks(loaded(), data, 5);
        const examples = makeExamples(spec, 97);
        const options = { batchSize: BATCH, learningRate: 0.01 };
        const networks: Network[] = [];
        for (let each = 0; each <= lane; each++) {
          const network = new TensorFlowNetwork(loaded(), data, spec, optimizers.adam, stacks);
          await network.writeParameters(startOf(spec, each === lane ? 0 : each + 1));
          await network.train(examples, inOrder(0), options);
          networks.push(network);
        }
        const training = networks.map((network, each) => {
          if (each !== lane && !busy) return undefined;
          return network.train(examples, inOrder(97), options);
        });
        await Promise.all(training);
        const parameters = await (networks[lane] as Network).readParameters();
        for (const network of networks) await network.dispose();
        data.dropExamples(examples);
        return parameters;
      };
      const expected = await trained(0, false);
      for (const [lane, busy] of [
        [1, false],
        [3, true],
        [4, true],
      ] as const) {
        expectSameBits(await trained(lane, busy), expected);
      }
    }
  });

  test("the ops of a step are as many for 16 networks as for 2", async () => {
    // Where it cannot, networks with convolutions train alone.
    const groups = convolvesInGroups(loaded());
    if (process.arch === "x64" && !loaded().usesGpu) expect(groups).toBe(true);
    for (const spec of groups ? [mlp(), cnn()] : [mlp()]) {
      const counts: number[] = [];
      for (const lanes of [2, 4, 16]) {
        const data = new DeviceData(loaded());
        const stacks = new Stacks(loaded(), data, lanes);
        const examples = makeExamples(spec, 97);
        const networks = Array.from(
          { length: lanes },
          () => new TensorFlowNetwork(loaded(), data, spec, optimizers.adam, stacks),
        );
        const step = () =>
          Promise.all(
            networks.map((network, number) =>
              network.train(examples, inOrder(BATCH - number), { batchSize: BATCH, learningRate: 0.01 }),
            ),
          );
        await step();
        const spies = (["run", "runMany", "runEffect", "upload", "read"] as const).map((method) =>
          vi.spyOn(loaded(), method),
        );
        await step();
        counts.push(spies.reduce((sum, { mock }) => sum + mock.calls.length, 0));
        vi.restoreAllMocks();
        for (const network of networks) await network.dispose();
        data.dropExamples(examples);
      }
      expect(counts[0]).toBeGreaterThan(30);
      expect(counts).toEqual([counts[0], counts[0], counts[0]]);
    }
  });

  test("memory is flat while lanes fill and empty, and all is freed in the end", async () => {
    for (const spec of [mlp(), cnn()]) {
      // Constants stay: they are made in the first life.
      await lifeOf(spec);
      const before = loaded().memory();
      await lifeOf(spec);
      expect(loaded().memory()).toEqual(before);
    }
  });

  async function lifeOf(spec: NetworkSpec): Promise<void> {
    const data = new DeviceData(loaded());
    const stacks = new Stacks(loaded(), data, 3);
    const examples = makeExamples(spec, 100);
    const options = { batchSize: BATCH, learningRate: 0.01 };
    const stays = new TensorFlowNetwork(loaded(), data, spec, optimizers.decayedAdam, stacks);
    const round = async () => {
      const comes = new TensorFlowNetwork(loaded(), data, spec, optimizers.decayedAdam, stacks);
      for (const network of [stays, comes]) {
        await network.writeParameters(initialParameters(spec));
        await network.setMasks(weightMasks(spec, 0.5));
      }
      const order = inOrder(100);
      await Promise.all([stays.train(examples, order, options), comes.train(examples, order, options)]);
      await comes.evaluate(examples);
      await comes.gradients(examples, inOrder(10));
      await comes.outputs(examples, inOrder(10));
      await comes.activationNorms(examples, inOrder(10));
      await comes.writeOptimizerState(await comes.readOptimizerState());
      await comes.dispose();
      return loaded().memory();
    };
    const afterOne = await round();
    for (let i = 0; i < 3; i++) expect(await round()).toEqual(afterOne);
    await stays.dispose();
    data.dropExamples(examples);
  }

  test("more networks than lanes train all the same, in turns", async () => {
    const spec = mlp();
    const data = new DeviceData(loaded());
    const stacks = new Stacks(loaded(), data, 2);
    const examples = makeExamples(spec, 97);
    const planned = plans(5, 20).map((plan) => ({ ...plan, joins: 0 }));
    const networks = planned.map(
      () => new TensorFlowNetwork(loaded(), data, spec, optimizers.decayedSgd, stacks),
    );
    await Promise.all(
      planned.map(async (plan) => {
        const network = networks[plan.number] as Network;
        await begin(network, plan);
        await follow(network, examples, plan);
      }),
    );
    for (const plan of planned) {
      const { parameters } = await trainAlone(spec, optimizers.decayedSgd, plan);
      const network = networks[plan.number] as Network;
      expectClose(await network.readParameters(), parameters, 1e-5, `network ${plan.number}`);
      expect((await network.readOptimizerState()).step).toBe(plan.steps);
    }
    for (const network of networks) await network.dispose();
    data.dropExamples(examples);
  });

  test("with a teacher a network trains alone, with what it has learned, and comes back", async () => {
    const spec = cnn();
    const examples = makeExamples(spec, 97);
    const options = { batchSize: BATCH, learningRate: 0.01 };
    const distillation = { teacherOutputs: makeTeacher(spec, examples), temperature: 3, weight: 0.7 };
    const read: Parameters[] = [];
    for (const lanes of [1, 2]) {
      const data = new DeviceData(loaded());
      const stacks = new Stacks(loaded(), data, lanes);
      const network = new TensorFlowNetwork(loaded(), data, spec, optimizers.decayedSgd, stacks);
      await network.writeParameters(initialParameters(spec));
      await network.setMasks(weightMasks(spec, 0.5));
      for (const extra of [{}, { distillation }, { batchSize: 7 }, {}]) {
        await network.train(examples, inOrder(97), { ...options, ...extra });
      }
      read.push(await network.readParameters());
      await network.dispose();
    }
    expectClose(read[1] ?? new Map(), read[0] ?? new Map(), 1e-5);
  });

  test("where TensorFlow does not convolve in groups, networks with convolutions train alone", () => {
    const data = new DeviceData(loaded());
    const examples = (spec: NetworkSpec) => makeExamples(spec, 4);
    const options = { batchSize: BATCH, learningRate: 0.01 };
    const shared = (spec: NetworkSpec) => ({ spec, optimizer: optimizers.adam, slotCount: 2 });
    const run = loaded().run.bind(loaded());
    vi.spyOn(loaded(), "run").mockImplementation((op, inputs, attributes) => {
      if (op === "Conv2DBackpropFilter")
        throw new Error("Gradients for grouped convolutions are not supported");
      return run(op, inputs, attributes);
    });
    const stacks = new Stacks(loaded(), data, 2);
    expect(stacks.find(shared(cnn()), examples(cnn()), options)).toBeUndefined();
    expect(stacks.find(shared(mlp()), examples(mlp()), options)).toBeDefined();
  });
});
