import type { Distillation, Network } from "../../engines/engine.ts";
import { initialParameters } from "../../models/initializers.ts";
import type { Masks } from "../../network/mask.ts";
import type { Rounding } from "../../pruning/quantization/quantization.ts";
import type { Retraining } from "../../pruning/recovery.ts";
import type { RunSettings } from "../settings.ts";
import { keptMacs } from "../training/effort.ts";
import { StraightThroughNetwork } from "../training/straight-through.ts";
import { teacherOutputs } from "../training/teacher-outputs.ts";
import { stepCount, type TrainingPlan, train } from "../training/train.ts";
import type { ExampleCounts, Parent, ParentOutput, RunBase, RunEnvironment } from "./run.ts";

/** A run that trains a network with masks, or leaves it as it is. */
export interface RecoveringRun extends RunBase {
  /** How it recovers; null where it does not. */
  readonly retraining: Retraining | null;
  /** What the weights are rounded to at every step of the recovery, by the straight-through estimator. */
  readonly straightThrough?: Rounding | undefined;
}

/** The training that a recovery is a part of, with its own learning rate if it has one. */
export function planOf(settings: RunSettings, retraining: Retraining): TrainingPlan {
  const { learningRate } = retraining;
  const plan =
    retraining.training === "train"
      ? { ...settings.train, epochs: retraining.epochs ?? settings.train.epochs }
      : finetuningOf(settings);
  if (learningRate === undefined) return plan;
  return { ...plan, optimizer: { ...plan.optimizer, learningRate } };
}

/** What is tried instead shapes no training by itself. */
function finetuningOf({ finetune }: RunSettings): TrainingPlan {
  if (finetune === null) throw new Error("there is no fine-tuning to recover by");
  const { learningRate: _, ...plan } = finetune;
  return plan;
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
  if (retraining === null || steps === 0) return 0;
  return steps / Math.ceil(trainExamples / planOf(settings, retraining).batchSize);
}

/** Examples that go through the dense network for a recovery that it teaches. */
export function teacherPasses({ retraining }: RecoveringRun, examples: ExampleCounts): number {
  return distillationOf(retraining) === undefined ? 0 : examples.train;
}

function distillationOf(retraining: Retraining | null) {
  return retraining?.training === "finetune" ? retraining.distillation : undefined;
}

/**
 * What a recovery takes from another run, by the ids of these: the dense network as it was at a step, which it goes back
 * to, or as it ended, which teaches it. Undefined where it takes nothing.
 */
export function recoverySource(
  retraining: Retraining | null,
  runs: { readonly baseline: string; readonly checkpoint: (step: number) => string },
): Parent | undefined {
  if (retraining?.training === "train" && retraining.rewindTo > 0 && !retraining.keepsWeights) {
    return { run: runs.checkpoint(retraining.rewindTo), artifacts: ["weights", "optimizer"] };
  }
  return distillationOf(retraining) && { run: runs.baseline, artifacts: ["weights"] };
}

/** What goes, or comes back, in the course of a recovery. */
export interface LaterPruning {
  /** At which steps of the recovery's plan, rising. */
  readonly steps: readonly number[];
  readonly change: (network: Network, step: number) => Promise<void>;
}

export interface Recovering {
  readonly run: RecoveringRun;
  readonly plan: TrainingPlan;
  /** What `recoverySource` names. */
  readonly source: ParentOutput | undefined;
  readonly masking: {
    /** As they are by now. */
    readonly masks: Masks;
    readonly later?: LaterPruning;
  };
}

/**
 * Trains the network, its masks in force, from where its recovery begins to the end of the plan. It ends with the weights
 * that were trained, which are not rounded.
 */
export async function recover(
  given: Network,
  { run, plan, source, masking }: Recovering,
  environment: RunEnvironment,
) {
  const { settings, dataset, onStep } = environment;
  const { retraining, straightThrough, seed } = run;
  const { later } = masking;
  const network =
    straightThrough === undefined ? given : await StraightThroughNetwork.over(given, straightThrough);
  if (retraining?.training === "train" && !retraining.keepsWeights) {
    await rewind(network, run, retraining, source, settings);
  }
  const outcome = await train({
    network,
    train: dataset.train,
    validation: dataset.validation,
    plan,
    seed,
    phase: retraining?.training ?? "finetune",
    from: firstStep(retraining),
    forwardMacs: () => keptMacs(given.spec, masking.masks),
    interventions: later && {
      steps: later.steps,
      before: (step) => later.change(network, step),
    },
    distillation: await distillationBy(source, run, environment),
    select: (retraining?.training === "finetune" && settings.finetune?.select) || "last",
    onStep,
  });
  if (outcome.best !== undefined) await network.writeParameters(outcome.best);
  if (network !== given) await given.writeParameters(await network.readParameters());
  return outcome;
}

/** What the dense network teaches, if it does. */
async function distillationBy(
  source: ParentOutput | undefined,
  { label, retraining }: RecoveringRun,
  environment: RunEnvironment,
): Promise<Distillation | undefined> {
  const distillation = distillationOf(retraining);
  if (distillation === undefined) return undefined;
  if (source === undefined) throw new Error(`${label} has no teacher`);
  return { ...distillation, teacherOutputs: await teacherOutputs(source.parameters, environment) };
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
