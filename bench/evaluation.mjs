#!/usr/bin/env node
// How fast the kernels evaluate beside how fast they train: multiply-adds a second, in turns, by processor time, of which the fastest
// turn counts. Runs built code: npm run build && node bench/evaluation.mjs [--rounds 40]
import { parseArgs } from "node:util";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { openEngine } from "../dist/engines/registry.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { describeMachine, formatTable, interleave } from "./measure.mjs";
import { forwardMultiplyAdds, multiplyAdds, processorSeconds, prunedNetwork, trainer } from "./training.mjs";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "40" } } });
const notify = () => {};
const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const BATCH = 64;

const mnist = datasetSchema().parse({ name: "mnist" });
const dataset = await loadDataset(mnist, { dataDir: undefined, notify });
const tested = someOf(dataset.test, 10 * BATCH);
const rows = [];
for (const name of ["kernels-native", "kernels-wasm"]) {
  const engine = await openEngine(name, notify);
  for (const model of ["lenet-300-100", "lenet-5"]) {
    const spec = buildNetwork(modelSchema().parse({ name: model }), [1, 28, 28], 10, "softmax-cross-entropy");
    for (const sparsity of [0, 0.8, 0.9]) {
      const { parameters, masks } = await prunedNetwork(spec, { kind: "random", sparsity, dataset, notify });
      const network = await engine.createNetwork(spec, optimizer);
      await network.writeParameters(parameters);
      if (masks.size > 0) await network.setMasks(masks);
      const run = trainer(network, dataset.train, BATCH, processorSeconds);
      const contenders = [
        { name: "training", run },
        { name: "evaluation", run: evaluator(network) },
      ];
      const options = { rounds: Number(flags.rounds), turnSeconds: 0.02 };
      const [training, evaluation] = await interleave(contenders, options);
      await network.dispose();
      const trained = (BATCH * multiplyAdds(spec, masks)) / training.fastest / 1e6;
      const evaluated = (tested.count * forwardMultiplyAdds(spec, masks)) / evaluation.fastest / 1e6;
      const figures = [trained, evaluated].map((rate) => rate.toFixed(1));
      rows.push([
        `${model}, ${100 * sparsity}%, ${name}`,
        ...figures,
        `${(evaluated / trained).toFixed(2)}x`,
      ]);
    }
  }
  await engine.dispose();
}
const { cpu, node } = describeMachine();
console.log(`${cpu}, Node ${node}; G multiply-adds a second, fastest of ${flags.rounds}`);
console.log(formatTable(["random masks", "training", "evaluation", "evaluation against training"], rows));

function evaluator(network) {
  return async (times) => {
    const start = processorSeconds();
    for (let i = 0; i < times; i++) await network.evaluate(tested);
    return processorSeconds() - start;
  };
}

function someOf({ inputs, targets, shape, ...examples }, count) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return {
    ...examples,
    shape,
    count,
    inputs: { ...inputs, values: inputs.values.subarray(0, count * size) },
    targets: { ...targets, labels: targets.labels.subarray(0, count) },
  };
}
