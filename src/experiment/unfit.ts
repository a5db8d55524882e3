import { inputError } from "../foundations/errors.ts";
import { parameterSpecs } from "../network/parameters.ts";
import { allocations } from "../pruning/allocations/registry.ts";
import { criteria } from "../pruning/criteria/registry.ts";
import type { AnyMethod, Chosen, Method } from "../pruning/method.ts";
import { recoveries } from "../pruning/recoveries/registry.ts";
import type { Retraining } from "../pruning/recovery.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import { structures } from "../pruning/structures/registry.ts";
import { prunesUnits } from "../pruning/unit-counts.ts";
import { tensorsWithUnits } from "../pruning/unit-groups.ts";
import { recoverySteps } from "./runs/recover.ts";
import type { RunSettings } from "./settings.ts";
import { stepCount } from "./training/train.ts";
import { refuseOtherThanTokens } from "./unfit-transformer.ts";

/** What a method has to fit. */
export interface Circumstances {
  readonly settings: RunSettings;
  readonly sparsities: readonly number[];
  /** Number of training examples. */
  readonly trainExamples: number;
}

/** Throws a PruneLabError of kind `input` for a method that does not fit the training or the network. */
export function refuseUnfit(
  method: Method,
  retraining: Retraining | null,
  { settings, sparsities, trainExamples }: Circumstances,
): void {
  const { name, schedule, structure } = method;
  const { startsAt, during } = schedules.named(schedule.name);
  refuseMissingFinetuning(name, retraining, settings);
  const start = startsAt?.(schedule) ?? 0;
  const trainingSteps = stepCount(settings.train, trainExamples);
  if (start > trainingSteps) {
    throw inputError(
      `The method ${name} prunes at step ${start}, and the training has ${trainingSteps} steps.`,
    );
  }
  const steps = recoverySteps(settings, retraining, trainExamples);
  if (retraining?.training === "train" && steps < 0) {
    throw inputError(
      `The method ${name} rewinds to step ${retraining.rewindTo}, and the training has ${steps + retraining.rewindTo} steps.`,
    );
  }
  if (settings.weights !== undefined) refuseMissingTraining(method, retraining);
  refuseIdleStraightThrough(method, retraining);
  refuseMissingUnits(method, settings);
  refuseTornUnits({ name, structure }, settings);
  refuseOtherScores(method, settings);
  refuseOtherThanTokens(method, settings);
  if (method.recovery !== undefined && startsAt === undefined && during === undefined) {
    refuseTrainingAfterTraining(name, method.recovery, schedule);
  }
  if (during === undefined) return;
  if (retraining === null) {
    throw inputError(`The method ${name} prunes while it recovers (${schedule.name}), and has no recovery.`);
  }
  for (const sparsity of sparsities) {
    const regrows = during(sparsity, steps, schedule).some((change) => "regrowth" in change);
    if (regrows && !prunesAnyWeights(structure, settings)) {
      throw inputError(
        `The method ${name} drops and grows any weights (${schedule.name}), and ${structure.name} says which go together.`,
        { hint: "Take the structure weight, or another schedule." },
      );
    }
  }
}

/** A network whose weights are read has no training to go back to, and no initial weights. */
function refuseMissingTraining({ name, criterion, schedule }: Method, retraining: Retraining | null): void {
  const { needs } = criteria.named(criterion.name);
  const goesBack =
    (retraining?.training === "train" && "recovers by training as train says") ||
    (schedules.named(schedule.name).startsAt !== undefined &&
      `prunes before the training ends (${schedule.name})`) ||
    (needs?.(criterion).initialWeights && `looks at the initial weights (${criterion.name})`);
  if (!goesBack) return;
  throw inputError(`The method ${name} ${goesBack}, and the weights are read (train.from), not trained.`, {
    hint: "Fine-tuning needs no such training: recovery finetune, with prune.finetune.",
  });
}

/** A network that is pruned when it is trained has no training left. */
function refuseTrainingAfterTraining(name: string, recovery: Chosen, schedule: Chosen): void {
  if (!recoveries.named(recovery.name).startsAtPruning) return;
  throw inputError(
    `The method ${name} recovers by ${recovery.name}, and prunes the trained network (${schedule.name}), which has no training left.`,
    {
      hint: "Take the recovery rewind, which goes back to a step of it, or a schedule that prunes early or meanwhile: early, gradual.",
    },
  );
}

/** There are heads only where there is attention. */
function refuseMissingUnits({ name, structure }: Method, { network, prunable }: RunSettings): void {
  const tensors = parameterSpecs(network).filter((tensor) => prunable.includes(tensor.name));
  if (tensorsWithUnits(structure, tensors).length > 0) return;
  throw inputError(
    `The method ${name} prunes by ${structure.name}, and no layer that may be pruned has a part of one.`,
    {
      hint: "Blocks of transformers do, of the models distilbert and pretrained, unless prune.exclude names their layers. Otherwise take another structure, such as neuron.",
    },
  );
}

/** Whole units of weights leave no place for biases of their own. */
function refuseTornUnits(
  { name, structure }: Pick<Method, "name" | "structure">,
  settings: RunSettings,
): void {
  const biases = parameterSpecs(settings.network).filter(
    ({ name: tensor, role }) => role === "bias" && settings.prunable.includes(tensor),
  );
  if (biases.length === 0 || !prunesUnits(structure, parameterSpecs(settings.network))) return;
  throw inputError(
    `The method ${name} prunes by ${structure.name}, and prune.biases by single values: they cannot be combined.`,
    { hint: "Leave prune.biases at false, or take the structure weight." },
  );
}

/** An allocation that compares scores with the sparsity takes draws alone, and sums of them are none. */
function refuseOtherScores({ name, criterion, allocation, structure }: Method, settings: RunSettings): void {
  if (!allocations.named(allocation.name).uniformScores) return;
  const spreads = `The method ${name} spreads its budget by ${allocation.name}, which takes scores uniform from 0 to 1`;
  if (!criteria.named(criterion.name).uniformScores) {
    const uniform = criteria.list().filter((other) => other.uniformScores);
    throw inputError(`${spreads}, and those of ${criterion.name} are not.`, {
      hint: `Take the criterion ${uniform.map((other) => other.name).join(" or ")}, or another allocation.`,
    });
  }
  if (!prunesAnyWeights(structure, settings)) {
    throw inputError(`${spreads} for each weight, and ${structure.name} says which go together.`, {
      hint: "Take the structure weight, or another allocation.",
    });
  }
}

/** Whether each weight may go or stay, whatever the others do. */
function prunesAnyWeights(structure: Chosen, settings: RunSettings): boolean {
  return (
    structures.named(structure.name).select === undefined &&
    !prunesUnits(structure, parameterSpecs(settings.network))
  );
}

/** For any method: weights are trained while they are rounded, or are not trained. */
export function refuseIdleStraightThrough(
  { name, quantization }: Pick<AnyMethod, "name" | "quantization">,
  retraining: Retraining | null,
): void {
  if (retraining !== null || quantization?.training !== "straight-through") return;
  throw inputError(
    `The method ${name} trains with rounded weights (quantization.training: straight-through), and has no recovery to do so in.`,
    {
      hint: "Give it a recovery, or leave quantization.training at none: weights are then rounded after pruning.",
    },
  );
}

/** For any method. */
export function refuseMissingFinetuning(
  method: string,
  retraining: Retraining | null,
  { finetune }: RunSettings,
): void {
  if (retraining?.training !== "finetune" || finetune !== null) return;
  throw inputError(`The method ${method} recovers by fine-tuning, and prune.finetune is null.`);
}
