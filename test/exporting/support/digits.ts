import { writeFile } from "node:fs/promises";
import path from "node:path";
import { configSchema } from "../../../src/config/schema.ts";
import { loadDataset } from "../../../src/datasets/registry.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import { randomStream } from "../../../src/foundations/random.ts";
import { parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { describeCheckpoint, encodeCheckpoint } from "../../../src/recording/checkpoint.ts";
import { type Checkpoint, readCheckpoint } from "../../../src/recording/read-checkpoint.ts";
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
    const options = configSchema().parse({
      name: model,
      dataset: { name: "mnist", source: "bundled", normalize },
      model: { name: model },
      train: { epochs: 1 },
      prune: { methods: ["global-magnitude"], sparsities: [sparsity], finetune: { epochs: 1 } },
      seeds: [0],
    });
    const out = path.join(folder, model);
    await runIn(out, options, { checkpoints: "all" });
    const { test } = await loadDataset(options.dataset, { dataDir: undefined, notify: () => {} });
    for (const name of ["baseline-seed0", `global-magnitude-${sparsity}-seed0`]) {
      const file = path.join(out, "checkpoints", `${name}.safetensors`);
      const checkpoint = await readCheckpoint(file);
      trained.push({
        name: `${model} ${name}`,
        file,
        checkpoint,
        test,
        logits: await logitsOf(checkpoint, test),
      });
    }
  }
  const [{ test }] = trained as [TrainedDigits];
  return [...trained, await oddNetwork(path.join(folder, "odd.safetensors"), test)];
}

async function oddNetwork(file: string, test: ExampleSet): Promise<TrainedDigits> {
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
  const { targets } = test;
  const labels = targets.kind === "classes" ? targets.labels : [];
  const correct = largestOf(logits, 10).filter((best, i) => best === labels[i]).length;
  const metadata = {
    run: "odd",
    network: JSON.stringify(ODD_NETWORK),
    normalize: '"unit"',
    accuracy: String(correct / test.count),
  };
  await writeFile(file, describeCheckpoint(encodeCheckpoint(ODD_NETWORK, parameters, masks), file, metadata));
  return { name: "odd", file, checkpoint: await readCheckpoint(file), test, logits };
}

async function logitsOf({ network: spec, parameters, masks }: Checkpoint, test: ExampleSet) {
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

/** The index of the largest of each row. */
export function largestOf(rows: ArrayLike<number>, width: number): number[] {
  const values = Array.from(rows);
  return Array.from({ length: values.length / width }, (_, row) => {
    const of = values.slice(row * width, (row + 1) * width);
    return of.indexOf(Math.max(...of));
  });
}
