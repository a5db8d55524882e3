#!/usr/bin/env node
// Times training steps of the kernels in turns: with masks of several kinds, and as other versions of the project have them, each
// version with its own program, beside this one. A version is a folder with its built source:
//   git worktree add ../before COMMIT && (cd ../before && npm ci && npx tsc -p tsconfig.build.json)
//   npm run build && node bench/versions.mjs [../before ...] [--engine kernels-native] [--rounds 40] [--seconds 0.05]
// Processor time, of which the fastest turn counts: a busy machine changes little of that. Runs built code.
import { access } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { inputError } from "../dist/foundations/errors.js";
import { packageRoot } from "../dist/foundations/paths.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { describeMachine, formatTable, interleave, runBench } from "./measure.mjs";
import { maskKinds, multiplyAdds, processorSeconds, prunedNetwork, trainer } from "./training.mjs";

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string", default: "kernels-wasm" },
    model: { type: "string", multiple: true, default: ["lenet-300-100", "lenet-5"] },
    sparsity: { type: "string", multiple: true, default: ["0.8", "0.9"] },
    masks: { type: "string", multiple: true, default: maskKinds },
    rounds: { type: "string", default: "40" },
    seconds: { type: "string", default: "0.05" },
  },
});
const notify = (message) => process.stderr.write(`${message}\n`);
const optimizer = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const BATCH = 64;

await runBench(main);

async function main() {
  const versions = [];
  for (const folder of [...folders, packageRoot])
    versions.push({ folder, engine: await engineOf(path.resolve(folder)) });
  const mnist = datasetSchema().parse({ name: "mnist" });
  const dataset = await loadDataset(mnist, { dataDir: undefined, notify });
  const rows = [];
  for (const name of flags.model) {
    const spec = buildNetwork(modelSchema().parse({ name }), [1, 28, 28], 10, "softmax-cross-entropy");
    for (const sparsity of flags.sparsity.map(Number)) {
      for (const { kind, masks, fastest } of await timeSteps(versions, spec, { sparsity, dataset })) {
        rows.push([
          `${name}, ${100 * sparsity}% ${kind}`,
          (multiplyAdds(spec, masks) / 1e6).toFixed(3),
          ...fastest.map((milliseconds) => milliseconds.toFixed(3)),
          ...fastest.slice(0, -1).map((milliseconds) => `${(milliseconds / fastest.at(-1)).toFixed(2)}x`),
        ]);
      }
    }
  }
  const { cpu, node } = describeMachine();
  const gains = folders.map((folder) => `this against ${folder}`);
  console.log(
    `${flags.engine}, ${cpu}, Node ${node}; milliseconds of processor time of a step, fastest of ${flags.rounds}`,
  );
  console.log(formatTable(["", "M multiply-adds an example", ...folders, "this", ...gains], rows));
  for (const { engine } of versions) await engine.dispose();
}

async function engineOf(folder) {
  const registry = path.join(folder, "dist", "engines", "registry.js");
  try {
    await access(registry);
  } catch {
    throw inputError(`${folder} has no built source: ${registry} is missing.`);
  }
  const { openEngine } = await import(pathToFileURL(registry).href);
  return openEngine(flags.engine, notify);
}

/** Milliseconds of each version's fastest turn, by kind of masks. */
async function timeSteps(versions, spec, { sparsity, dataset }) {
  const kinds = [];
  const contenders = [];
  const networks = [];
  for (const kind of flags.masks) {
    const { parameters, masks } = await prunedNetwork(spec, { kind, sparsity, dataset, notify });
    kinds.push({ kind, masks });
    for (const { folder, engine } of versions) {
      const network = await engine.createNetwork(spec, optimizer);
      networks.push(network);
      await network.writeParameters(parameters);
      if (masks.size > 0) await network.setMasks(masks);
      const run = trainer(network, dataset.train, BATCH, processorSeconds);
      contenders.push({ name: `${kind}, ${folder}`, run });
    }
  }
  const timings = await interleave(contenders, {
    rounds: Number(flags.rounds),
    turnSeconds: Number(flags.seconds),
  });
  for (const network of networks) await network.dispose();
  const milliseconds = timings.map(({ fastest }) => fastest);
  return kinds.map((each, i) => {
    const from = i * versions.length;
    return { ...each, fastest: milliseconds.slice(from, from + versions.length) };
  });
}
