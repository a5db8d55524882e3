import type { ConfigInput } from "../../config/schema.ts";
import { ownNetwork } from "../../experiment/construct.ts";
import { prepareStudy, StudyResources } from "../../experiment/prepare.ts";
import { baseline } from "../../experiment/runs/baseline.ts";
import { stepCount } from "../../experiment/training/train.ts";
import { measureNetwork } from "../../pruning/measure.ts";
import { denseMetadata, studyMetadata } from "../../results/checkpoints.ts";
import { readConfig } from "../request.ts";
import { computeHere } from "./compute.ts";
import { type Figures, figuresOf } from "./figures.ts";
import type { OutputOptions, StepOptions } from "./options.ts";
import { checkpointOutput, type WrittenCheckpoint, writeCheckpoint } from "./output.ts";

export interface TrainOptions extends StepOptions, OutputOptions {
  /** By default the first of the config. */
  readonly seed?: number;
}

export interface TrainOutcome extends WrittenCheckpoint, Figures {
  readonly model: string;
  readonly seed: number;
}

/**
 * Trains the dense network of one seed, or reads it where the config's `train.from` names a file, and writes it: the same
 * bytes as the checkpoint of the baseline that a sweep of the config writes with the same engine. Throws a PruneLabError as sweep does, and of
 * kind `input` for a file that exists.
 */
export async function train(config: string | ConfigInput, options: TrainOptions): Promise<TrainOutcome> {
  const { dataDir, onEvent = () => {} } = options;
  const output = await checkpointOutput(options, []);
  const resolved = await readConfig(config, options);
  const seed = options.seed ?? resolved.seeds[0] ?? 0;
  const resources = new StudyResources({ workers: 1 });
  const notify = (message: string) => onEvent({ event: "notice", study: resolved.name, message });
  const study = await prepareStudy(
    {
      options: { ...resolved, seeds: [seed], seedRule: undefined, evaluate: undefined, metrics: undefined },
      dataDir,
      notify,
    },
    resources,
  );
  try {
    const { settings, plan, dataset, options: found } = study;
    const run = plan.runs.find((each) => each.kind === "baseline");
    if (run === undefined) throw new Error("a study has a baseline for each seed");
    const steps = stepCount(settings.train, dataset.examples.train);
    const { result, parameters, masks } = await computeHere(
      { study, resources, run: run.label, steps, onEvent },
      (environment) => baseline.compute(run, [], environment),
    );
    const { network } = settings;
    const metadata = { ...studyMetadata(study), run: run.label, ...denseMetadata(run, result) };
    return {
      ...(await writeCheckpoint(output, { network, parameters, masks, metadata })),
      model: found.model.name,
      seed,
      ...figuresOf(study, {
        status: result.status,
        tested: result.trained,
        measure: measureNetwork(network, masks, ownNetwork(settings).tensors),
      }),
    };
  } finally {
    study.data.release();
  }
}
