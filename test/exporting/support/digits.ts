import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type ConfigInput, configSchema } from "../../../src/config/schema.ts";
import { loadDataset } from "../../../src/datasets/registry.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import { randomStream } from "../../../src/foundations/random.ts";
import { shrink } from "../../../src/library/steps/shrink.ts";
import { parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { encodeCheckpoint } from "../../../src/recording/checkpoint.ts";
import { type Checkpoint, readCheckpoint } from "../../../src/recording/read-checkpoint.ts";
import { fullSet } from "../../datasets/full-sets.ts";
import { runIn } from "../../support/tiny-study.ts";

/** A network trained on the bundled digits for one epoch. */
export interface TrainedDigits {
  readonly name: string;
  readonly file: string;
  readonly checkpoint: Checkpoint;
  /** The 2,000 digits that the tool tests on. */
  readonly test: ExampleSet;
  /** What the tool gives for them: [test.count, 10]. */
  readonly logits: Float32Array;
}

const conv = { kind: "conv2d", stride: 2, padding: 0 } as const;

const STUDIES = [
  { model: "lenet-300-100", sparsity: 0.98, normalize: "unit" },
  { model: "lenet-5", sparsity: 0.9, normalize: { mean: 0.1307, std: 0.3081 } },
] as const;

/** Half of the filters and neurons go: it shrinks to a dense network. */
const HALVED = {
  name: "halved",
  criterion: "magnitude",
  structure: "neuron",
  allocation: "uniform",
} as const;

/** What LeNet-5 does not have: other windows, strides and borders, layers without biases, other activations. */
const ODD_NETWORK: NetworkSpec = {
  inputShape: [1, 28, 28],
  layers: [
    { ...conv, name: "conv1", inChannels: 1, outChannels: 3, kernelHeight: 3, kernelWidth: 2, padding: 1 },
    { kind: "activation", activation: "tanh" },
    { ...conv, name: "conv2", inChannels: 3, outChannels: 4, kernelHeight: 2, kernelWidth: 5, bias: false },
    { kind: "activation", activation: "sigmoid" },
    { kind: "max-pool", size: 3, stride: 2 },
    { kind: "flatten" },
    { kind: "dense", name: "fc1", inputs: 4 * 3 * 2, outputs: 10, bias: false },
  ],
  loss: "softmax-cross-entropy",
};

/** LeNet-300-100 and LeNet-5, each dense and pruned, and an odd network with a mask, untrained. */
export async function trainedDigits(folder: string): Promise<TrainedDigits[]> {
  const trained: TrainedDigits[] = [];
  for (const { model, sparsity, normalize } of STUDIES) {
    const checkpoints = path.join(folder, model, "checkpoints");
    const { dataset } = await study(path.dirname(checkpoints), {
      dataset: { name: "mnist", source: "bundled", normalize },
      model: { name: model },
      prune: { methods: ["global-magnitude"], sparsities: [sparsity], finetune: { epochs: 1 } },
    });
    const { test } = await loadDataset(dataset, { dataDir: undefined, notify: () => {} });
    for (const name of ["baseline-seed0", `global-magnitude-${sparsity}-seed0`]) {
      trained.push(await answered(path.join(checkpoints, `${name}.safetensors`), test));
    }
  }
  const [{ test }] = trained as [TrainedDigits];
  const odd = path.join(folder, "odd.safetensors");
  await writeOddNetwork(odd, test);
  return [...trained, await answered(odd, test)];
}

/** LeNet-5 without half of its units, masked and shrunk. */
export async function halvedDigits(folder: string): Promise<TrainedDigits[]> {
  const halved = path.join(folder, "halved", "checkpoints", "halved-0.5-seed0.safetensors");
  const shrunk = path.join(folder, "shrunk.safetensors");
  const { dataset } = await study(path.join(folder, "halved"), {
    dataset: { name: "mnist", source: "bundled" },
    model: { name: "lenet-5" },
    prune: { methods: [HALVED], sparsities: [0.5], finetune: { epochs: 1 }, exclude: ["output"] },
  });
  await shrink(halved, { out: shrunk });
  const { test } = await loadDataset(dataset, { dataDir: undefined, notify: () => {} });
  return [await answered(halved, test), await answered(shrunk, test)];
}

/** All 10,000 test digits as a checkpoint takes them; undefined where full MNIST is not at hand. */
export async function allDigits({ metadata }: Checkpoint): Promise<ExampleSet | undefined> {
  const folder = fullSet("mnist");
  if (folder === undefined) return undefined;
  const normalize = JSON.parse(metadata.normalize ?? "");
  const { dataset } = configSchema().parse({
    name: "all",
    model: { name: "lenet-5" },
    dataset: { name: "mnist", source: "files", normalize },
  });
  const { test } = await loadDataset(dataset, { dataDir: folder, notify: () => {} });
  return test;
}

async function study(out: string, options: Pick<ConfigInput, "dataset" | "model" | "prune">) {
  const config = configSchema().parse({
    name: path.basename(out),
    train: { epochs: 1 },
    seeds: [0],
    ...options,
  });
  await runIn(out, config, { checkpoints: "all" });
  return config;
}

async function answered(file: string, test: ExampleSet): Promise<TrainedDigits> {
  const checkpoint = await readCheckpoint(file);
  const { model = "", run = "" } = checkpoint.metadata;
  return { name: `${model} ${run}`, file, checkpoint, test, logits: await logitsOf(checkpoint, test) };
}

async function writeOddNetwork(file: string, test: ExampleSet): Promise<void> {
  const stream = randomStream(5, "odd network");
  const parameters = new Map<string, Float32Array>();
  const masks = new Map<string, Uint8Array>();
  for (const { name, size } of parameterSpecs(ODD_NETWORK)) {
    const mask = Uint8Array.from({ length: size }, () => (stream.below(3) === 0 ? 0 : 1));
    masks.set(name, mask);
    parameters.set(
      name,
      Float32Array.from(mask, (kept) => kept * (stream.below(2001) / 1000 - 1)),
    );
  }
  const network = { network: ODD_NETWORK, parameters, masks, metadata: {} };
  const logits = await logitsOf(network, test);
  const metadata = {
    run: "odd",
    network: JSON.stringify(ODD_NETWORK),
    normalize: '"unit"',
    accuracy: String(accuracyOf(logits, test)),
  };
  await writeFile(file, Buffer.concat(encodeCheckpoint(ODD_NETWORK, parameters, masks, metadata)));
}

/** [test.count, 10]. */
export async function logitsOf({ network: spec, parameters, masks }: Checkpoint, test: ExampleSet) {
  const engine = await openEngine("kernels-wasm", () => {});
  const network = await engine.createNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
  await network.setMasks(masks);
  await network.writeParameters(parameters);
  const order = Uint32Array.from({ length: test.count }, (_, i) => i);
  const logits = await network.outputs(test, order);
  await network.dispose();
  await engine.dispose();
  return logits;
}

/** The fraction of right answers. */
export function accuracyOf(logits: Float32Array, { targets, count }: ExampleSet): number {
  const labels = targets.kind === "classes" ? targets.labels : [];
  return largestOf(logits, 10).filter((best, i) => best === labels[i]).length / count;
}

/** The index of the largest of each row. */
export function largestOf(rows: ArrayLike<number>, width: number): number[] {
  const values = Array.from(rows);
  return Array.from({ length: values.length / width }, (_, row) => {
    const of = values.slice(row * width, (row + 1) * width);
    return of.indexOf(Math.max(...of));
  });
}
