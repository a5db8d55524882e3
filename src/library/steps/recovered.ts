import { ownNetwork } from "../../experiment/construct.ts";
import { testAndRecover } from "../../experiment/runs/masked.ts";
import { recoverySteps } from "../../experiment/runs/recover.ts";
import type { Retraining } from "../../pruning/recovery.ts";
import { computeHere } from "./compute.ts";
import { figuresOf } from "./figures.ts";
import type { Subject, Workplace } from "./subject.ts";

/** Tests a network, its masks in force, lets it recover if it is to, and tests it again: the second half of a sweep's run. */
export async function testedAndRecovered(
  { given, parameters, masks, study }: Subject,
  retraining: Retraining | null,
  seed: number,
  place: Workplace,
) {
  const { settings, dataset } = study;
  const label = given.metadata.run ?? given.file;
  const steps = recoverySteps(settings, retraining, dataset.examples.train);
  const { result, ...output } = await computeHere({ ...place, study, run: label, steps }, (environment) =>
    testAndRecover(
      {
        run: { id: given.sha256, label, seed, parents: [], retraining },
        spec: settings.network,
        tensors: ownNetwork(settings).tensors,
        values: parameters,
        diverged: false,
        masking: { masks, isComplete: true },
      },
      environment,
    ),
  );
  const { status, recovered: tested, measure, pruned } = result;
  return { ...output, pruned, figures: figuresOf(study, { status, tested, measure }) };
}
