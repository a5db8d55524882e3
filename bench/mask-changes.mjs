#!/usr/bin/env node
// What changing the masks every 100 steps costs of a training, by gradual magnitude pruning up to 60% of the steps and by RigL up
// to 75%, as both end by default, on both builds of the kernels: the share of the time, and where it goes. The time is that
// of steps and changes alone: a training that also validates after each epoch spends a smaller share on masks. Takes turns; each
// figure is the median over the rounds.
// Runs built code: npm run build && node bench/mask-changes.mjs [--rounds 5] [--steps 1000] [--model lenet-5] [--data-dir DIR]
import { parseArgs } from "node:util";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { openEngine } from "../dist/engines/registry.js";
import { Pruner } from "../dist/experiment/pruning/pruner.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { parameterSpecs } from "../dist/network/parameters.js";
import { schedules } from "../dist/pruning/schedules/registry.js";
import { describeMachine, formatTable, median } from "./measure.mjs";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "1000" },
    model: { type: "string", multiple: true, default: ["lenet-300-100", "lenet-5"] },
    "data-dir": { type: "string" },
  },
});
const STEPS = Number(flags.steps);
const EVERY = 100;
const BATCH = 100;
const SPARSITY = 0.95;
const optimizer = { name: "sgd", momentum: 0.9, weightDecay: 0 };
const initializer = { name: "pytorch" };
const methods = {
  gradual: {
    criterion: { name: "magnitude" },
    allocation: { name: "global" },
    schedule: { name: "gradual", from: 0, to: 0.6, every: EVERY },
  },
  rigl: {
    criterion: { name: "random" },
    allocation: { name: "erk" },
    schedule: { name: "rigl", every: EVERY },
  },
};
const columns = ["read", "gradients", "setMasks", "choose"];

const dataset = await loadDataset(datasetSchema().parse({ name: "mnist" }), {
  dataDir: flags["data-dir"],
  notify: () => {},
});
const cases = [];
for (const engineName of ["kernels-native", "kernels-wasm"]) {
  const engine = await openEngine(engineName, () => {});
  for (const model of flags.model) {
    const spec = buildNetwork(modelSchema().parse({ name: model }), [1, 28, 28], 10, "softmax-cross-entropy");
    for (const [name, axes] of Object.entries(methods)) {
      const { name: scheduleName, ...given } = axes.schedule;
      const options = schedules.named(scheduleName).options.parse(given);
      const schedule = { name: scheduleName, ...options };
      const method = { name, structure: { name: "weight" }, ...axes, schedule };
      cases.push({ engine, spec, method, title: `${engineName}, ${model}, ${name}`, rounds: [] });
    }
  }
}
// The first round warms up.
for (let round = 0; round <= Number(flags.rounds); round++) {
  for (const each of cases) {
    const spent = await trainOnce(each);
    if (round > 0) each.rounds.push(spent);
  }
}

const { cpu, node } = describeMachine();
console.log(
  `${cpu}, Node.js ${node}; ${dataset.train.count} examples, ${STEPS} steps of ${BATCH} to ${SPARSITY}`,
);
const figures = cases.map(({ title, rounds }) => {
  const of = (key) => median(rounds.map(key));
  const share = of(({ total, train }) => 1 - train / total);
  const perChange = columns.map((key) => of((spent) => spent[key] / spent.changes).toFixed(2));
  const step = of(({ train }) => train / STEPS);
  return [title, `${(100 * share).toFixed(1)}%`, step.toFixed(3), ...perChange];
});
console.log(
  formatTable(
    ["", "share of masks", "ms a step", ...columns.map((name) => `${name} (ms a change)`)],
    figures,
  ),
);

/** Trains from the start; tells in milliseconds what took how long. */
async function trainOnce({ engine, spec, method }) {
  const spent = { total: 0, train: 0, read: 0, gradients: 0, setMasks: 0, changes: 0 };
  const network = await engine.createNetwork(spec, optimizer);
  await network.writeParameters(initialParameters(spec, initializer, 0));
  const timed =
    (key, call) =>
    async (...given) => {
      const started = performance.now();
      try {
        return await call.apply(network, given);
      } finally {
        spent[key] += performance.now() - started;
      }
    };
  const watched = {
    spec,
    readParameters: timed("read", network.readParameters),
    gradients: timed("gradients", network.gradients),
    setMasks: timed("setMasks", network.setMasks),
  };
  const train = timed("train", network.train);
  const tensors = parameterSpecs(spec).filter(({ role }) => role === "weight");
  const environment = { settings: { network: spec, initializer }, engine, dataset, onStep: () => {} };
  const pruner = new Pruner({ method, seed: 0, tensors, masks: new Map(), before: 0 }, environment);
  const course = schedules.named(method.schedule.name).during(SPARSITY, STEPS, method.schedule);
  const changes = new Map(course.map((change) => [change.step, change]));
  // What comes once in a training, such as the search for dead inputs, is not counted.
  await pruner.change(watched, { ...course[0], step: 0 });
  for (const key of Object.keys(spent)) spent[key] = 0;

  const stream = randomStream(0, "bench");
  const order = Uint32Array.from({ length: STEPS * BATCH }, () => stream.below(dataset.train.count));
  const started = performance.now();
  for (let step = 0; step < STEPS; step += EVERY) {
    const change = step === 0 ? undefined : changes.get(step);
    if (change !== undefined) {
      await pruner.change(watched, change);
      spent.changes++;
    }
    // As a training does, in calls of 16 steps at most.
    for (let next = step; next < step + EVERY; next += 16) {
      const batches = order.subarray(next * BATCH, Math.min(next + 16, step + EVERY) * BATCH);
      await train(dataset.train, batches, { batchSize: BATCH, learningRate: 0.1 });
    }
  }
  spent.total = performance.now() - started;
  spent.choose = spent.total - spent.train - spent.read - spent.gradients - spent.setMasks;
  await network.dispose();
  return spent;
}
