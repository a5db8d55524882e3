import type { Network, OptimizerSpec } from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import { randomStream } from "../../foundations/random.ts";
import { goodness } from "../../metrics/registry.ts";
import type { Parameters } from "../../network/parameters.ts";
import { changesByStep, learningRateAt } from "./learning-rate.ts";
import type { Optimizer, Schedule } from "./options.ts";

export interface TrainingPlan {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
}

/** One line of history: epoch 0 is the state before the first. Losses are null when they are not finite. */
export interface EpochRecord {
  readonly epoch: number;
  readonly learningRate: number | null;
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
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
  /** Also keep the parameters of the best epoch on validation data. */
  readonly keepBest: boolean;
  /** Called several times a second with the steps done so far. */
  readonly onStep: (steps: number) => void;
}

export interface TrainingOutcome {
  readonly history: readonly EpochRecord[];
  readonly diverged: boolean;
  /** The parameters of the best epoch; undefined unless asked for. */
  readonly best: Parameters | undefined;
  /** Wall-clock time, validation included. */
  readonly seconds: number;
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

/** Trains for all epochs, or until a loss is no longer finite. */
export async function trainEpochs(inputs: TrainingInputs): Promise<TrainingOutcome> {
  const { network, train, plan } = inputs;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const batches = Math.ceil(train.count / plan.batchSize);
  const totalSteps = batches * plan.epochs;
  const history: EpochRecord[] = [
    { epoch: 0, learningRate: null, trainLoss: null, ...(await validate(inputs)) },
  ];
  let best: { readonly accuracy: number; readonly parameters: Parameters } | undefined;
  const stepsPerCall = changesByStep(plan.schedule) ? 1 : STEPS_A_CALL;

  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    const order = dataOrder(train.count, inputs.seed, inputs.phase, epoch);
    const rateAt = (batch: number) =>
      learningRateAt(plan.schedule, plan.optimizer.learningRate, {
        epoch,
        step: epoch * batches + batch,
        totalSteps,
      });
    let lossSum = 0;
    let finite = true;

    for (let batch = 0; batch < batches && finite; ) {
      const steps = Math.min(stepsPerCall, batches - batch);
      const examples = order.subarray(batch * plan.batchSize, (batch + steps) * plan.batchSize);
      const result = await network.train(train, examples, {
        batchSize: plan.batchSize,
        learningRate: rateAt(batch),
      });
      lossSum += result.loss * examples.length;
      finite = result.finite;
      batch += steps;
      inputs.onStep(epoch * batches + batch);
    }

    const validation = await validate(inputs);
    history.push({
      epoch: epoch + 1,
      learningRate: rateAt(batches - 1),
      trainLoss: finiteOrNull(lossSum / train.count),
      ...validation,
    });
    if (!finite) return { history, diverged: true, best: undefined, seconds: seconds() };
    if (inputs.keepBest && isBetter(validation, best?.accuracy)) {
      best = { accuracy: score(validation), parameters: await network.readParameters() };
    }
  }
  const diverged = !allFinite(await network.readParameters());
  return { history, diverged, best: best?.parameters, seconds: seconds() };
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
  const { loss, accuracy } = await network.evaluate(validation);
  return { validationLoss: finiteOrNull(loss), validationAccuracy: accuracy ?? null };
}

/** By the primary metric on the validation examples; the higher the better. */
function score({ validationAccuracy, validationLoss }: Validation): number {
  return goodness({ accuracy: validationAccuracy, loss: validationLoss });
}

function isBetter(validation: Validation, best: number | undefined): boolean {
  return best === undefined || score(validation) > best;
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
