import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { parameterSpecs } from "../network/parameters.ts";
import type { UnitCount } from "../pruning/allocation.ts";
import { allocations } from "../pruning/allocations/registry.ts";
import type { Method } from "../pruning/method.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import { roundHalfToEven } from "../pruning/top-k.ts";
import { unitGroups } from "../pruning/unit-groups.ts";
import { networkOf } from "./construct.ts";
import type { RunSettings } from "./settings.ts";

/**
 * Throws a PruneLabError of kind `input` for an allocation that cannot spread the sparsities of the study over the network,
 * and for an effective sparsity that would not be kept to.
 */
export function refuseUnfitAllocation(
  method: Method,
  sparsities: readonly number[],
  settings: RunSettings,
): void {
  refuseUnknownLayers(method, settings);
  refuseFullLayers(method, sparsities, settings);
  refuseOtherTargets(method);
}

/** The layers that an allocation names are among those that are pruned, each once. */
function refuseUnknownLayers(method: Method, settings: RunSettings): void {
  const { name, allocation } = method;
  const named = allocations.named(allocation.name).layers?.(allocation) ?? [];
  if (named.length === 0) return;
  const layers = [...new Set(unitCounts(method, settings).map(({ layer }) => layer))];
  const last = parameterSpecs(settings.network).at(-1)?.layer ?? "";
  const hasOutput = layers.includes(last);
  const choices = hasOutput ? [...layers, "output"] : layers;
  const seen = new Set<string>();
  for (const given of named) {
    if (!choices.includes(given)) {
      throw inputError(
        `The method ${name} spreads by ${allocation.name}, and no layer ${quote(given)} is pruned, only ${choices.join(", ")}.` +
          didYouMean(given, choices),
      );
    }
    const layer = given === "output" && hasOutput ? last : given;
    if (seen.has(layer)) {
      throw inputError(`The method ${name} spreads by ${allocation.name}, which names ${layer} twice.`, {
        hint: "Give a layer one number; `output` is the last one.",
      });
    }
    seen.add(layer);
  }
}

/** Every budget has room. */
function refuseFullLayers(method: Method, sparsities: readonly number[], settings: RunSettings): void {
  const { name, allocation } = method;
  const { misfit } = allocations.named(allocation.name);
  if (misfit === undefined) return;
  const tensors = unitCounts(method, settings);
  const all = tensors.reduce((sum, { units }) => sum + units, 0);
  for (const sparsity of sparsities) {
    const problem = misfit(tensors, roundHalfToEven(sparsity * all), allocation);
    if (problem === undefined) continue;
    throw inputError(`The method ${name} cannot prune to ${sparsity} by ${allocation.name}: ${problem}.`, {
      hint: "Choose a lower sparsity, or let layers lose more.",
    });
  }
}

function unitCounts(method: Method, settings: RunSettings): UnitCount[] {
  return unitGroups(method.structure, networkOf(method, settings).tensors).map(
    ({ name, layer, isLast, count }) => ({ name, layer, isLast, units: count }),
  );
}

/** An effective sparsity is met by a budget of its own, and stays what it is when it is. */
function refuseOtherTargets({ name, allocation, schedule, target }: Method): void {
  if (target !== "effective") return;
  if (allocations.named(allocation.name).exact !== "in total") {
    const others = allocations.list().filter(({ exact }) => exact === "in total");
    throw inputError(
      `The method ${name} has an effective sparsity as its target, which is met by a budget for all layers together, and ${allocation.name} has none.`,
      {
        hint: `Take another allocation (${others.map((other) => other.name).join(", ")}), or target: direct.`,
      },
    );
  }
  const course = schedules.named(schedule.name).during?.(0.9, 1000, schedule) ?? [];
  if (course.some((change) => "regrowth" in change)) {
    throw inputError(
      `The method ${name} has an effective sparsity as its target, and drops and grows weights after it is reached (${schedule.name}).`,
      { hint: "Leave target away, or take a schedule that only prunes." },
    );
  }
}
