import type { Network } from "../../engines/engine.ts";
import { initialParameters } from "../../models/initializers.ts";
import type { Rounding } from "../../pruning/quantization/quantization.ts";
import type { Retraining } from "../../pruning/recovery.ts";
import type { RunSettings } from "../settings.ts";
import { StraightThroughNetwork } from "../training/straight-through.ts";
import { stepCount, type TrainingPlan, train } from "../training/train.ts";
import type { ParentOutput, RunBase, RunEnvironment } from "./run.ts";

/** A run that trains a network with masks, or leaves it as it is. */
export interface RecoveringRun extends RunBase {
  /** How it recovers; null where it does not. */
  readonly retraining: Retraining | null;
  /** What the weights are rounded to at every step of the recovery, by the straight-through estimator. */
  readonly straightThrough?: Rounding | undefined;
}

/** The training that a recovery is a part of. */
export function planOf(settings: RunSettings, { training }: Retraining): TrainingPlan {
  if (training === "train") return settings.train;
  if (settings.finetune === null) throw new Error("there is no fine-tuning to recover by");
  return settings.finetune;
}

/** The step of its plan that a recovery begins at. */
export function firstStep(retraining: Retraining | null): number {
  return retraining?.training === "train" ? retraining.rewindTo : 0;
}

/** Optimizer steps that a recovery takes; negative where it would rewind past the training. */
export function recoverySteps(
  settings: RunSettings,
  retraining: Retraining | null,
  trainExamples: number,
): number {
  if (retraining === null) return 0;
  return stepCount(planOf(settings, retraining), trainExamples) - firstStep(retraining);
}

/** Epochs that these steps are. */
export function recoveryEpochs(settings: RunSettings, { retraining }: RecoveringRun, trainExamples: number) {
  const steps = recoverySteps(settings, retraining, trainExamples);
  const batchSize = retraining === null ? 1 : planOf(settings, retraining).batchSize;
  return steps / Math.ceil(trainExamples / batchSize);
}

/** What goes in the course of a recovery. */
export interface LaterPruning {
  /** At which steps of the recovery's plan more goes, rising. */
  readonly steps: readonly number[];
  readonly prune: (network: Network, step: number) => Promise<void>;
}

export interface Recovering {
  readonly run: RecoveringRun;
  readonly plan: TrainingPlan;
  /** What a recovery rewinds to that goes back to a later step than 0. */
  readonly checkpoint: ParentOutput | undefined;
  readonly later: LaterPruning | undefined;
}

/**
 * Trains the network, its masks in force, from where its recovery begins to the end of the plan. It ends with the weights
 * that were trained, which are not rounded.
 */
export async function recover(
  given: Network,
  { run, plan, checkpoint, later }: Recovering,
  { settings, dataset, onStep }: RunEnvironment,
) {
  const { retraining, straightThrough, seed } = run;
  const network =
    straightThrough === undefined ? given : await StraightThroughNetwork.over(given, straightThrough);
  if (retraining?.training === "train") await rewind(network, run, retraining, checkpoint, settings);
  const outcome = await train({
    network,
    train: dataset.train,
    validation: dataset.validation,
    plan,
    seed,
    phase: retraining?.training ?? "finetune",
    from: firstStep(retraining),
    interventions: later && {
      steps: later.steps,
      before: (step) => later.prune(network, step),
    },
    select: (retraining?.training === "finetune" && settings.finetune?.select) || "last",
    onStep,
  });
  if (outcome.best !== undefined) await network.writeParameters(outcome.best);
  if (network !== given) await given.writeParameters(await network.readParameters());
  return outcome;
}

/** Takes kept weights back to where the retraining begins. */
async function rewind(
  network: Network,
  { label, seed }: RecoveringRun,
  { rewindTo, optimizer }: Retraining & { readonly training: "train" },
  checkpoint: ParentOutput | undefined,
  { network: spec, initializer }: RunSettings,
): Promise<void> {
  if (rewindTo === 0) return network.writeParameters(initialParameters(spec, initializer, seed));
  if (checkpoint?.optimizer === undefined) throw new Error(`${label} has no checkpoint to rewind to`);
  await network.writeParameters(checkpoint.parameters);
  if (optimizer === "rewound") await network.writeOptimizerState(checkpoint.optimizer);
}
