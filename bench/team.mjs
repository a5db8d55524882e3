#!/usr/bin/env node
// Times a step of the native kernels alone and with threads that help, in turns, and compares the results to the
// bit. Runs built code: npm run build && node bench/team.mjs [rounds] [helpers]
import { parentPort, Worker, workerData } from "node:worker_threads";
import { kernelsNative } from "../dist/engines/kernels/index.js";
import { openEngine } from "../dist/engines/registry.js";
import { contentHash } from "../dist/foundations/hash.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";

const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const models = [
  { name: "lenet-300-100", steps: 640 },
  { name: "mlp", hidden: [1024, 1024], steps: 64 },
  { name: "lenet-5", steps: 64 },
];
const engine = await openEngine("kernels-native", () => {});
if (workerData === null) await main();
else help(workerData);

/** Helps whenever it is asked to. */
function help({ meeting }) {
  parentPort.on("message", (over) => engine.help(meeting, over));
}

async function main() {
  const [rounds = 9, helpers = 1] = process.argv.slice(2).map(Number);
  const meeting = kernelsNative.teamwork.createMeeting();
  const workers = Array.from({ length: helpers }, () => {
    return new Worker(new URL(import.meta.url), { workerData: { meeting } });
  });
  for (const { steps, ...model } of models) {
    const spec = buildNetwork(modelSchema().parse(model), [1, 28, 28], 10, "softmax-cross-entropy");
    const examples = digits(10_000);
    const order = randomStream(0, "team").shuffle(Uint32Array.from({ length: 10_000 }, (_, i) => i));
    const ways = [];
    for (const [label, shared] of [["alone"], ["helped", meeting]]) {
      const network = await engine.createNetwork(spec, optimizer, shared);
      await network.writeParameters(initialParameters(spec, { name: "pytorch" }, 0));
      ways.push({ label, network, shared, steps: [], evaluations: [] });
    }
    for (let round = 0; round < rounds; round++) {
      for (const { network, shared, ...times } of ways) {
        const over = new Int32Array(new SharedArrayBuffer(4));
        if (shared !== undefined) for (const worker of workers) worker.postMessage(over);
        times.steps.push((await time(() => train(network, examples, order, steps))) / steps);
        times.evaluations.push(await time(() => network.evaluate(examples)));
        Atomics.store(over, 0, 1);
      }
    }
    const results = await Promise.all(ways.map(({ network }) => network.readParameters()));
    const [one, other] = results.map((tensors) => contentHash([...tensors].map(([, values]) => [...values])));
    if (one !== other) throw new Error(`${model.name}: with helpers the numbers differ`);
    for (const measure of ["steps", "evaluations"]) {
      const [alone, helped] = ways.map((way) => median(way[measure]));
      const gain = (alone / helped).toFixed(2);
      console.log(`${model.name} ${measure}: ${alone.toFixed(3)} ms, helped ${helped.toFixed(3)}: ${gain}x`);
    }
  }
  for (const worker of workers) await worker.terminate();
}

/** As many zeros as digits have, four pixels of five. */
function digits(count) {
  const random = randomStream(0, "digits");
  const values = Uint8Array.from({ length: count * 784 }, () => Math.max(0, (random.uniform() - 0.8) * 1275));
  const labels = Uint8Array.from({ length: count }, () => random.uniform() * 10);
  return {
    count,
    shape: [1, 28, 28],
    inputs: { kind: "bytes", values: shared(values), scale: 1 / 255, offset: 0 },
    targets: { kind: "classes", labels: shared(labels), classes: 10 },
  };
}

function shared(values) {
  const copy = new Uint8Array(new SharedArrayBuffer(values.length));
  copy.set(values);
  return copy;
}

async function train(network, examples, order, steps) {
  for (let step = 0; step < steps; step += 16) {
    const first = (step * 64) % (order.length - 1024);
    await network.train(examples, order.subarray(first, first + 1024), {
      batchSize: 64,
      learningRate: 0.001,
    });
  }
}

async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
