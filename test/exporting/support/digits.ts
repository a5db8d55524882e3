import path from "node:path";
import { configSchema } from "../../../src/config/schema.ts";
import { loadDataset } from "../../../src/datasets/registry.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { openEngine } from "../../../src/engines/registry.ts";
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

const STUDIES = [
  { model: "lenet-300-100", sparsity: 0.98, normalize: "unit" },
  { model: "lenet-5", sparsity: 0.9, normalize: { mean: 0.1307, std: 0.3081 } },
] as const;

/** LeNet-300-100 and LeNet-5, each dense and pruned. */
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
  return trained;
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
