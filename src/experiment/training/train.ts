import type { Distillation, Network, OptimizerSpec } from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import { inPhase } from "../../foundations/phases.ts";
import { randomStream } from "../../foundations/random.ts";
import { accuracy } from "../../metrics/accuracy.ts";
import { loss } from "../../metrics/loss.ts";
import { sign } from "../../metrics/registry.ts";
import type { Parameters } from "../../network/parameters.ts";
import { type Effort, TRAINING_PASSES } from "./effort.ts";
import { changesByStep, learningRateAt } from "./learning-rate.ts";
import type { LearningRateSchedule, Optimizer } from "./options.ts";

export interface TrainingPlan {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly schedule: LearningRateSchedule;
}

/** One line of history: the state before the first step has no training loss. Losses are null when not finite. */
export interface EpochRecord {
  readonly epoch: number;
  readonly learningRate: number | null;
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
}

/** What happens in the course of a training, each time before the given step (from 0) is taken. */
export interface Interventions {
  /** In rising order. */
  readonly steps: readonly number[];
  readonly before: (step: number) => Promise<void>;
}

export interface TrainingInputs {
  readonly network: Network;
  readonly train: ExampleSet;
  /** May be empty. */
  readonly validation: ExampleSet;
  readonly plan: TrainingPlan;
  readonly seed: number;
  /** Names the sub-stream of the data order: training and fine-tuning see different orders. */
  readonly phase: "train" | "finetune";
  /** The first step that is taken, in optimizer steps from the start of the plan; default 0. */
  readonly from?: number;
  /** The first step that is not taken; default: the plan's end. */
  readonly until?: number;
  readonly interventions?: Interventions | undefined;
  /** Multiply-accumulates of a forward pass of one example, as the network is masked now. */
  readonly forwardMacs: () => number;
  /** A teacher's outputs for the training examples, which then count beside the targets. */
  readonly distillation?: Distillation | undefined;
  /** Which epoch counts: the last, or also keep the parameters of the best on validation data. */
  readonly select: "last" | "best";
  /** Called several times a second with the steps taken so far. */
  readonly onStep: (steps: number) => void;
}

export interface TrainingOutcome {
  readonly history: readonly EpochRecord[];
  readonly diverged: boolean;
  /** The parameters of the best epoch after the last intervention; undefined unless asked for. */
  readonly best: Parameters | undefined;
  /** Wall-clock time of the optimizer steps alone. */
  readonly seconds: number;
  readonly effort: Effort;
}

/**
 * Enough to make a call's cost invisible, few enough for smooth progress. A constant, because the sum of an
 * epoch's losses would otherwise depend, in its last bit, on how fast the machine is.
 */
const STEPS_A_CALL = 16;

/** Optimizer steps of a training: batches an epoch times epochs. */
export function stepCount(plan: Pick<TrainingPlan, "epochs" | "batchSize">, examples: number): number {
  return plan.epochs * Math.ceil(examples / plan.batchSize);
}

/** What an engine needs to know of an optimizer; the learning rate goes with each call. */
export function optimizerSpec({ learningRate: _, ...spec }: Optimizer): OptimizerSpec {
  return spec;
}

/**
 * Takes a plan's steps `from` .. `until - 1`, or until a loss is no longer finite. The learning rate and the order of
 * the examples follow the plan's own count of steps, so that a training may be cut and continued anywhere.
 */
export async function train(inputs: TrainingInputs): Promise<TrainingOutcome> {
  const { network, train: examples, plan, interventions } = inputs;
  const batches = Math.ceil(examples.count / plan.batchSize);
  const totalSteps = batches * plan.epochs;
  const { from = 0, until = totalSteps } = inputs;
  const stepsPerCall = changesByStep(plan.schedule) ? 1 : STEPS_A_CALL;
  const rateAt = (step: number) =>
    learningRateAt(plan.schedule, plan.optimizer.learningRate, {
      epoch: Math.floor(step / batches),
      step,
      totalSteps,
    });
  const pending = [...(interventions?.steps ?? [])];
  const history: EpochRecord[] = [
    {
      epoch: Math.floor(from / batches),
      learningRate: null,
      trainLoss: null,
      ...(await validate(inputs)),
    },
  ];
  let best: { readonly score: number; readonly parameters: Parameters } | undefined;
  let milliseconds = 0;
  let [steps, taken, macs] = [0, 0, 0];
  let macsEach = inputs.forwardMacs();
  let finite = true;

  for (let step = from; step < until && finite; ) {
    const epoch = Math.floor(step / batches);
    const epochEnd = (epoch + 1) * batches;
    const order = dataOrder(examples.count, inputs.seed, inputs.phase, epoch);
    let lossSum = 0;
    let seen = 0;

    while (step < Math.min(epochEnd, until) && finite) {
      if (pending[0] === step) {
        await interventions?.before(pending.shift() as number);
        macsEach = inputs.forwardMacs();
      }
      const next = Math.min(step + stepsPerCall, epochEnd, until, pending[0] ?? until);
      const batch = step - epoch * batches;
      const taking = order.subarray(batch * plan.batchSize, (batch + next - step) * plan.batchSize);
      const started = performance.now();
      const result = await network.train(examples, taking, {
        batchSize: plan.batchSize,
        learningRate: rateAt(step),
        distillation: inputs.distillation,
      });
      milliseconds += performance.now() - started;
      lossSum += result.loss * taking.length;
      seen += taking.length;
      macs += TRAINING_PASSES * macsEach * taking.length;
      finite = result.finite;
      steps += next - step;
      step = next;
      inputs.onStep(step - from);
    }

    taken += seen;
    if (finite && step < epochEnd) break;
    const validation = await validate(inputs);
    history.push({
      epoch: epoch + 1,
      learningRate: rateAt(epochEnd - 1),
      trainLoss: finiteOrNull(lossSum / seen),
      ...validation,
    });
    const counts = inputs.select === "best" && finite && pending.length === 0;
    if (counts && score(validation) > (best?.score ?? Number.NEGATIVE_INFINITY)) {
      best = { score: score(validation), parameters: await network.readParameters() };
    }
  }
  const diverged = !finite || !allFinite(await network.readParameters());
  return {
    history,
    diverged,
    best: finite ? best?.parameters : undefined,
    seconds: milliseconds / 1000,
    effort: { steps, examples: taken, macs },
  };
}

/** The order of the examples in one epoch: a fresh shuffle that depends on seed, phase and epoch alone. */
export function dataOrder(
  count: number,
  seed: number,
  phase: TrainingInputs["phase"],
  epoch: number,
): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return randomStream(seed, "data order", phase, epoch).shuffle(order);
}

type Validation = Pick<EpochRecord, "validationLoss" | "validationAccuracy">;

async function validate({ network, validation }: TrainingInputs): Promise<Validation> {
  if (validation.count === 0) return { validationLoss: null, validationAccuracy: null };
  const measured = await inPhase("evaluation", () => network.evaluate(validation));
  return {
    validationLoss: finiteOrNull(measured.loss),
    validationAccuracy: measured.accuracy ?? null,
  };
}

/** How good an epoch is, the higher the better: by accuracy, else by loss. What plugins measure decides nothing. */
function score({ validationAccuracy, validationLoss }: Validation): number {
  if (validationAccuracy !== null) return sign(accuracy) * validationAccuracy;
  return validationLoss === null ? Number.NEGATIVE_INFINITY : sign(loss) * validationLoss;
}

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function allFinite(parameters: Parameters): boolean {
  for (const values of parameters.values()) {
    for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  }
  return true;
}
