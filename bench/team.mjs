// Times a step of the native kernels alone and with one thread that assists, in turns, and compares the results.
// Runs the built code: node bench/team.mjs [rounds]
import { parentPort, Worker, workerData } from "node:worker_threads";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { TEAM_TABLE_BYTES } from "../dist/engines/engine.js";
import { openEngine } from "../dist/engines/registry.js";
import { contentHash } from "../dist/foundations/hash.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";

const notify = () => {};
const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const engine = await openEngine("kernels-native", notify);
if (workerData?.assistant) assistant(workerData);
else await main();

// As an idle worker of a sweep would: looks in every millisecond, until it is told that it is over.
function assistant({ table, over }) {
  while (Atomics.load(over, 0) < 2) {
    if (Atomics.load(over, 0) === 1) Atomics.wait(over, 0, 1);
    else if (engine.team.assist(table) <= 0) Atomics.wait(over, 0, 0, 1);
  }
  parentPort.postMessage("done");
}

async function main() {
  const rounds = Number(process.argv[2] ?? 9);
  const { train } = await loadDataset(datasetSchema.parse({ name: "mnist" }), {
    dataDir: process.env.PRUNE_LAB_DATA,
    notify,
  });
  const table = new SharedArrayBuffer(TEAM_TABLE_BYTES);
  const over = new Int32Array(new SharedArrayBuffer(4));
  const set = (value) => (Atomics.store(over, 0, value), Atomics.notify(over, 0));
  set(1);
  const worker = new Worker(new URL(import.meta.url), { workerData: { assistant: true, table, over } });
  for (const name of ["lenet-300-100", "lenet-5"]) {
    const spec = buildNetwork(modelSchema.parse({ name }), [1, 28, 28], 10, "softmax-cross-entropy");
    const alone = await engine.createNetwork(spec, optimizer);
    engine.team.lead(table);
    const shared = await engine.createNetwork(spec, optimizer);
    const ways = [
      { label: "alone", network: alone, times: [], evaluations: [] },
      { label: "with an assistant", network: shared, times: [], evaluations: [] },
    ];
    for (const { network } of ways)
      await network.writeParameters(initialParameters(spec, { name: "pytorch" }, 0));
    const order = randomStream(0, "bench").shuffle(Uint32Array.from({ length: train.count }, (_, i) => i));
    const steps = name === "lenet-5" ? 64 : 640;
    for (let r = 0; r < rounds; r++)
      for (const way of ways) {
        set(way.label === "alone" ? 1 : 0);
        let start = performance.now();
        for (let s = 0; s < steps; s += 16)
          await way.network.train(train, order.subarray(s * 64, (s + 16) * 64), {
            batchSize: 64,
            learningRate: 0.001,
          });
        way.times.push((performance.now() - start) / steps);
        start = performance.now();
        await way.network.evaluate(train);
        way.evaluations.push(performance.now() - start);
        set(1);
      }
    const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1].toFixed(3);
    for (const { label, network, times, evaluations } of ways) {
      const result = contentHash(
        JSON.stringify([...(await network.readParameters())].map(([, v]) => [...v])),
      );
      const { loss } = await network.evaluate(train);
      console.log(
        name,
        label,
        "step",
        median(times),
        "min",
        Math.min(...times).toFixed(3),
        "evaluation of all",
        median(evaluations),
        "min",
        Math.min(...evaluations).toFixed(0),
        result.slice(0, 12),
        loss,
      );
    }
    console.log(
      "step",
      (median(ways[0].times) / median(ways[1].times)).toFixed(2),
      "evaluation",
      (median(ways[0].evaluations) / median(ways[1].evaluations)).toFixed(2),
    );
  }
  set(2);
  worker.once("message", () => worker.terminate());
}
