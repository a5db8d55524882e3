import { inputError } from "../foundations/errors.ts";
import { type ParameterSpec, parameterSpecs } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";
import type { Blueprint } from "../pruning/construction.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import { measureNetwork } from "../pruning/measure.ts";
import { type AnyMethod, type ConstructedMethod, isConstructed } from "../pruning/method.ts";
import type { Retraining } from "../pruning/recovery.ts";
import type { RunSettings } from "./settings.ts";
import type { TrainingPlan } from "./training/train.ts";
import { refuseIdleStraightThrough, refuseMissingFinetuning } from "./unfit.ts";

/** The network that a construction makes, and the tensors of it whose sparsity counts. */
export interface ConstructedNetwork {
  readonly spec: NetworkSpec;
  readonly tensors: readonly ParameterSpec[];
  /** Whether it is of a kind of its own, and not the study's. */
  readonly isOther: boolean;
}

/** The network that a method prunes or makes. */
export function networkOf(method: AnyMethod, settings: RunSettings): ConstructedNetwork {
  if (isConstructed(method)) return constructedNetwork(method, settings);
  const own = ownNetwork(settings);
  const { layer } = method;
  return layer === undefined
    ? own
    : { ...own, tensors: own.tensors.filter((tensor) => tensor.layer === layer) };
}

/** The study's network, with every tensor that pruning may touch. */
export function ownNetwork({ network, prunable }: RunSettings): ConstructedNetwork {
  const tensors = parameterSpecs(network).filter(({ name }) => prunable.includes(name));
  return { spec: network, tensors, isOther: false };
}

/** The study's network with the tensors that pruning may touch there, or another one with the like. */
export function constructedNetwork(
  { construction }: ConstructedMethod,
  settings: RunSettings,
): ConstructedNetwork {
  const { network, prunable } = settings;
  const other = constructions.named(construction.name).network?.(network, construction);
  if (other === undefined) return ownNetwork(settings);
  const roles = new Set(
    parameterSpecs(network)
      .filter(({ name }) => prunable.includes(name))
      .map(({ role }) => role),
  );
  return { spec: other, tensors: parameterSpecs(other).filter(({ role }) => roles.has(role)), isOther: true };
}

/** What a construction is asked to make; its sparsity counts where it takes one. */
export function blueprintOf(
  { construction }: ConstructedMethod,
  { spec, tensors }: ConstructedNetwork,
  sparsity: number,
): Blueprint {
  const { takesSparsity } = constructions.named(construction.name);
  return { spec, prunable: tensors, sparsity: takesSparsity ? sparsity : undefined };
}

/**
 * The sparsity that a constructed network has in tables and files: the one that is asked for, or its own, pruned values
 * over prunable values, with 6 decimals. Throws a PruneLabError of kind `input` for a construction that does not fit the
 * network, or that takes values from a layer that is excluded.
 */
export function sparsityOfConstructed(
  method: ConstructedMethod,
  asked: number,
  settings: RunSettings,
): number {
  const { name, construction: chosen } = method;
  const construction = constructions.named(chosen.name);
  const problem = construction.misfit?.(blueprintOf(method, ownNetwork(settings), asked), chosen);
  if (problem !== undefined) {
    throw inputError(`The method ${name} cannot construct this network by ${chosen.name}: ${problem}.`);
  }
  const network = constructedNetwork(method, settings);
  const masks = construction.masks(blueprintOf(method, network, asked), chosen);
  const { spec, tensors, isOther } = network;
  const spared = isOther
    ? undefined
    : parameterSpecs(spec).find(
        ({ name: tensor, layer }) =>
          masks.get(tensor)?.includes(0) && !tensors.some((prunable) => prunable.layer === layer),
      );
  if (spared !== undefined) {
    throw inputError(
      `The method ${name} takes values from ${spared.layer} (${chosen.name}), and prune.exclude spares that layer.`,
    );
  }
  if (construction.takesSparsity) return asked;
  return Number(measureNetwork(spec, masks, tensors).sparsity.toFixed(6));
}

/** The training from scratch of a constructed network; undefined where it has none before its recovery. */
export function scratchPlan(
  method: ConstructedMethod,
  sparsity: number,
  settings: RunSettings,
): TrainingPlan | undefined {
  const { construction: chosen } = method;
  const blueprint = blueprintOf(method, constructedNetwork(method, settings), sparsity);
  const stretch = constructions.named(chosen.name).stretch?.(blueprint, chosen);
  if (stretch === undefined) return undefined;
  if (settings.weights !== undefined) {
    throw inputError(
      `The method ${method.name} trains a network from scratch as train says, and the weights are read (train.from), not trained.`,
    );
  }
  const { epochs, schedule, ...train } = settings.train;
  return {
    ...train,
    epochs: Math.round(stretch * epochs),
    // A learning rate that drops does so at the same part of the training.
    schedule:
      schedule.name === "step"
        ? { ...schedule, every: Math.max(1, Math.round(stretch * schedule.every)) }
        : schedule,
  };
}

/** The recovery of a constructed network: it has no earlier training to go back to. */
export function recoveryOfConstructed(
  method: ConstructedMethod,
  retraining: Retraining | null,
  settings: RunSettings,
) {
  const { name } = method;
  refuseMissingFinetuning(name, retraining, settings);
  refuseIdleStraightThrough(method, retraining);
  if (retraining?.training !== "train") return retraining;
  throw inputError(
    `The method ${name} is constructed: it has no training of its own to go back to, as its recovery would.`,
    { hint: "Take the recovery finetune, distill or none." },
  );
}
