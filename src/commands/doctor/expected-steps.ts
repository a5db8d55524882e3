import { gpuSpeed, instructionsOf, kernelsSpeed, stepSeconds } from "../../engines/expected-time.ts";
import { kernels } from "../../engines/registry.ts";
import { askedLanes, GPU_LANES } from "../../engines/tensorflow/lanes.ts";
import { TRAINING_PASSES } from "../../experiment/training/effort.ts";
import { buildNetwork, type ModelOptions } from "../../models/registry.ts";
import { denseMacs } from "../../network/weighted-layers.ts";

/** What a training step of each of many networks of one specification is expected to take. */
export interface ExpectedSteps {
  readonly network: string;
  /** With as many networks as there are cores. */
  readonly kernelsMilliseconds: number;
  /** With as many as there are lanes; null without a GPU. */
  readonly gpuMilliseconds: number | null;
  /** What `auto` takes for many of them. */
  readonly engine: string;
}

/** What is expected, for people. */
export const EXPECTED_UNIT =
  "expected ms a training step, batch 64, with a network on each core or in each lane of the GPU";

const BATCH_SIZE = 64;
const initializer = { name: "pytorch" } as const;
const NETWORKS: Readonly<Record<string, ModelOptions>> = {
  "lenet-300-100": { name: "lenet-300-100", initializer },
  "lenet-5": { name: "lenet-5", initializer },
  "mlp 2048-2048": { name: "mlp", hidden: [2048, 2048], activation: "relu", initializer },
};

/** Of networks small and large; `working` are the engines that work here, the kernels best first. */
export async function expectSteps(
  working: readonly { readonly name: string; readonly device: string }[],
  cores: number,
  hasGpu: boolean,
): Promise<ExpectedSteps[]> {
  const best = working.find(({ name }) => kernels.some((entry) => entry.name === name));
  if (best === undefined) return [];
  const onCores = kernelsSpeed(await instructionsOf(best.name), cores);
  const usesGpu = working.some(({ name, device }) => name === "tensorflow" && device.startsWith("GPU "));
  const lanes = askedLanes(process.env) ?? GPU_LANES;
  return Object.entries(NETWORKS).map(([network, model]) => {
    const spec = buildNetwork(model, [1, 28, 28], 10, "softmax-cross-entropy");
    const multiplyAdds = TRAINING_PASSES * BATCH_SIZE * denseMacs(spec);
    const kernelsSeconds = stepSeconds(onCores, multiplyAdds);
    const gpuSeconds = stepSeconds(gpuSpeed(spec, BATCH_SIZE, lanes, lanes), multiplyAdds);
    return {
      network,
      kernelsMilliseconds: rounded(1000 * kernelsSeconds),
      gpuMilliseconds: hasGpu ? rounded(1000 * gpuSeconds) : null,
      engine: usesGpu && gpuSeconds < kernelsSeconds ? "tensorflow" : best.name,
    };
  });
}

/** It is not known to more than two digits. */
function rounded(milliseconds: number): number {
  return Number(milliseconds.toPrecision(2));
}
