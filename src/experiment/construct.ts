import { inputError } from "../foundations/errors.ts";
import { type ParameterSpec, parameterSpecs } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import { measureNetwork } from "../pruning/measure.ts";
import { type AnyMethod, type ConstructedMethod, isConstructed } from "../pruning/method.ts";
import type { Retraining } from "../pruning/recovery.ts";
import type { TeacherTraining } from "../pruning/teacher.ts";
import type { RunSettings } from "./settings.ts";
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
  return isConstructed(method) ? constructedNetwork(method, settings) : ownNetwork(settings);
}

function ownNetwork({ network, prunable }: RunSettings): ConstructedNetwork {
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

/** What of a constructed network is known before anything is computed. */
export interface ConstructionOutline {
  /** Pruned values over prunable values, with the 6 decimals that name it in tables and files. */
  readonly sparsity: number;
  readonly teacher: TeacherTraining | undefined;
}

/**
 * Throws a PruneLabError of kind `input` for a construction that does not fit the network, or that takes values from a
 * layer that is excluded.
 */
export function outlineConstruction(method: ConstructedMethod, settings: RunSettings): ConstructionOutline {
  const { name, construction: chosen } = method;
  const construction = constructions.named(chosen.name);
  const problem = construction.misfit?.(settings.network, chosen);
  if (problem !== undefined) {
    throw inputError(`The method ${name} cannot construct this network by ${chosen.name}: ${problem}.`);
  }
  const { spec, tensors, isOther } = constructedNetwork(method, settings);
  const masks = construction.masks(spec, chosen);
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
  const { sparsity } = measureNetwork(spec, masks, tensors);
  return { sparsity: Number(sparsity.toFixed(6)), teacher: construction.teacher?.(chosen) };
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
