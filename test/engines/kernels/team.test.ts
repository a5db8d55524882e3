import { once } from "node:events";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engines/engine.ts";
import { kernelsNative } from "../../../src/engines/kernels/index.ts";
import { packageRoot } from "../../../src/foundations/paths.ts";
import { buildNetwork, modelSchema } from "../../../src/models/registry.ts";
import type { Masks } from "../../../src/network/mask.ts";
import { parameterSpecs } from "../../../src/network/parameters.ts";
import { type NetworkSpec, readsTokens } from "../../../src/network/specification.ts";
import { mlp, oddCnn, optimizers } from "../support/networks.ts";
import { initialParameters, makeExamples, makeTeacher } from "../support/problems.ts";
import { makeTexts, tinyTransformer } from "../support/transformers.ts";

const modelOf = (name: string) =>
  buildNetwork(modelSchema().parse({ name }), [1, 28, 28], 10, "softmax-cross-entropy");

const networks: readonly (readonly [string, NetworkSpec])[] = [
  ["an MLP for digits", modelOf("lenet-300-100")],
  ["LeNet-5", modelOf("lenet-5")],
  ["odd dense layers", mlp("mean-squared-error", "tanh")],
  ["odd convolutions", oddCnn()],
  ["a transformer", tinyTransformer()],
];

/** Threads that help run built code, as the workers of a sweep do. */
const HELPER = `
  import { parentPort, workerData } from "node:worker_threads";
  const { openEngine } = await import(workerData.registry);
  const engine = await openEngine("kernels-native", () => {});
  parentPort.postMessage("ready");
  engine.help(workerData.meeting, workerData.over);
`;

async function startHelper(meeting: SharedArrayBuffer, over: Int32Array<SharedArrayBuffer>) {
  const registry = pathToFileURL(path.join(packageRoot, "dist", "engines", "registry.js")).href;
  const url = new URL(`data:text/javascript,${encodeURIComponent(HELPER)}`);
  const worker = new Worker(url, { workerData: { registry, meeting, over } });
  await once(worker, "message");
  return { worker, ended: once(worker, "exit") };
}

const LENGTHS = Array.from({ length: 70 }, (_, i) => 1 + ((i * 7) % 9));

/** Every second linear layer with a fifth of its weights: a team divides sparse layers of transformers too. */
function sparsely(spec: NetworkSpec): Masks {
  const weights = parameterSpecs(spec).filter(({ role }, i) => role === "weight" && i % 4 === 0);
  return new Map(
    weights.map(({ name, size }) => [name, new Uint8Array(size).map((_, i) => (i % 5 ? 0 : 1))]),
  );
}

/** Everything that training and evaluation give, to the bit. */
async function numbersOf(engine: Engine, spec: NetworkSpec, meeting?: SharedArrayBuffer): Promise<unknown> {
  const network = await engine.createNetwork(spec, optimizers.decayedAdam, meeting);
  await network.writeParameters(initialParameters(spec));
  if (readsTokens(spec)) await network.setMasks(sparsely(spec));
  const examples = readsTokens(spec) ? makeTexts(spec, LENGTHS) : makeExamples(spec, 333);
  const losses = [];
  for (const batchSize of [64, 17, 100]) {
    const order = Uint32Array.from({ length: 960 }, (_, i) => (i * 17) % examples.count);
    losses.push(await network.train(examples, order, { batchSize, learningRate: 0.003 }));
    losses.push(await network.evaluate(examples));
    const distillation = { teacherOutputs: makeTeacher(spec, examples), temperature: 4, weight: 0.9 };
    losses.push(await network.train(examples, order, { batchSize, learningRate: 0.003, distillation }));
  }
  const parameters = [...(await network.readParameters())].map(([name, values]) => [name, [...values]]);
  await network.dispose();
  return { losses, parameters };
}

const { teamwork } = kernelsNative;
const available = (await kernelsNative.check()).available;
const engine = available ? await kernelsNative.open(() => {}) : undefined;

describe.runIf(engine !== undefined && teamwork !== undefined)("threads that help", () => {
  it.each(networks)("change no bit of %s, and leave when told", async (_name, spec) => {
    if (engine === undefined || teamwork === undefined) return;
    const meeting = teamwork.createMeeting();
    const over = new Int32Array(new SharedArrayBuffer(4));
    const alone = await numbersOf(engine, spec);
    const helpers = await Promise.all([startHelper(meeting, over), startHelper(meeting, over)]);
    expect(await numbersOf(engine, spec, meeting)).toEqual(alone);
    Atomics.store(over, 0, 1);
    for (const { ended } of helpers) expect((await ended)[0]).toBe(0);
  });

  it("can be terminated while they wait", async () => {
    if (teamwork === undefined) return;
    const over = new Int32Array(new SharedArrayBuffer(4));
    const { worker } = await startHelper(teamwork.createMeeting(), over);
    expect(await worker.terminate()).toBe(1);
  });
});
