import { availableParallelism } from "node:os";
import type { EngineDescription } from "../engines/engine.ts";
import { gpuSpeed, instructionsOf, kernelsSpeed, type Speed } from "../engines/expected-time.ts";
import { askedLanes, GPU_LANES } from "../engines/tensorflow/lanes.ts";
import { durationText } from "../foundations/duration.ts";
import type { Notify } from "../foundations/notices.ts";
import { readsTokens } from "../network/specification.ts";
import { arithmeticCost } from "./cost.ts";
import type { StudyOutline, StudyResources } from "./prepare.ts";
import { workOf } from "./runs/index.ts";

/** What `auto` takes where there is a GPU: the kernels that the outline is for, or the GPU, whichever is expected to be done first. */
export async function fasterEngine(
  outline: StudyOutline,
  gpu: string,
  resources: StudyResources,
  notify: Notify,
): Promise<EngineDescription> {
  const { engine: kernels, settings } = outline;
  const cores = Math.min(resources.workers ?? Number.POSITIVE_INFINITY, availableParallelism());
  const lanes = askedLanes(process.env) ?? GPU_LANES;
  const speeds = {
    kernels: kernelsSpeed(await instructionsOf(kernels.name), cores),
    gpu: gpuSpeed(settings.network, settings.train.batchSize, lanes, resources.workers ?? lanes),
  };
  const onCores = expectedSeconds(outline, kernels.name, speeds.kernels);
  const onGpu = expectedSeconds(outline, "tensorflow", speeds.gpu);
  const isFaster = onGpu < onCores;
  const engine = isFaster ? await resources.engineOnGpu(gpu, notify) : kernels;
  if (engine === undefined) return kernels;
  const withKernels = `${durationText(onCores)} on ${cores} ${cores === 1 ? "core" : "cores"}`;
  const withGpu = `${durationText(onGpu)} on the ${gpu}`;
  const times = isFaster
    ? `${withGpu}, ${withKernels} (${kernels.name})`
    : `${withKernels}, ${withGpu} (tensorflow)`;
  notify(`Using ${engine.name}: training and tests are expected to take ${times}.`);
  return engine;
}

/** Seconds that the runs of a study are expected to take: none begins before those that it hangs on have ended. */
export function expectedSeconds(
  { plan, settings, dataset }: Pick<StudyOutline, "plan" | "settings" | "dataset">,
  engine: string,
  { secondsToStart, secondsAStep, rate, atOnce }: Speed,
): number {
  const [longest = 0] = dataset.shape;
  const [most = 0] = settings.network.inputShape;
  // Costs are those of texts with as many tokens as the network takes.
  const length = readsTokens(settings.network) ? longest / most : 1;
  const ends = new Map<string, number>();
  let [total, last] = [0, 0];
  for (const run of plan.runs) {
    const { steps } = workOf(run, settings, dataset.examples);
    const arithmetic = arithmeticCost(run, settings, dataset.examples, engine);
    const seconds = steps * secondsAStep + (length * arithmetic) / rate;
    const start = Math.max(0, ...run.parents.map((parent) => ends.get(parent.run) ?? 0));
    ends.set(run.id, start + seconds);
    total += seconds;
    last = Math.max(last, start + seconds);
  }
  return secondsToStart + Math.max(total / atOnce, last);
}
