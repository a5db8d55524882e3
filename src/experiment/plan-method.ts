import { inputError } from "../foundations/errors.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import { methodControl } from "../pruning/controls/registry.ts";
import {
  type AnyMethod,
  type Chosen,
  type ConstructedMethod,
  isConstructed,
  type Method,
} from "../pruning/method.ts";
import { straightThroughRounding } from "../pruning/quantization/quantization.ts";
import { recoveries } from "../pruning/recoveries/registry.ts";
import type { Retraining } from "../pruning/recovery.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import { recoveryOfConstructed, sparsityOfConstructed } from "./construct.ts";
import type { PlanInputs } from "./plan.ts";
import { recoveryOfRemasked, remaskedColumns, unprunedColumns } from "./plan-control.ts";
import { sourceOf } from "./recovery-source.ts";
import type { CellColumn, Graph } from "./run-graph.ts";
import { planCheckpoint } from "./runs/checkpoint.ts";
import { planConstructed } from "./runs/constructed.ts";
import { planPoint } from "./runs/point.ts";
import { planTeacher } from "./runs/teacher.ts";
import type { RunSettings } from "./settings.ts";
import { refuseUnfit } from "./unfit.ts";
import { refuseUnfitAllocation } from "./unfit-allocation.ts";
import { refuseOtherPatterns } from "./unfit-structure.ts";

/** How the networks of a method recover, and the runs that lead to them. */
export function planMethod(
  method: AnyMethod,
  rate: number | undefined,
  inputs: PlanInputs,
  graph: Graph,
): { readonly recovery: Chosen; readonly columns: readonly CellColumn[] } {
  const recovery = method.recovery ?? standardRecovery(method, inputs.settings);
  const start = startOf(method, recovery);
  const { retraining: retrainingOf, startsAtPruning } = recoveries.named(recovery.name);
  const own = retrainingOf(recovery, start);
  const retraining = atRate(startsAtPruning ? fromTheStart(method.name, own, inputs.settings) : own, rate);
  if (isConstructed(method)) {
    return { recovery, columns: constructedColumns(method, retraining, inputs, graph) };
  }
  const { takesMask, prunesNothing } = method.control === undefined ? {} : methodControl(method.control);
  if (takesMask === undefined && !prunesNothing) {
    return { recovery, columns: prunedColumns(method, start, retraining, inputs, graph) };
  }
  const columns = prunedColumns({ ...method, control: undefined }, start, retraining, inputs, graph);
  const controlled = { method, start, retraining, rate, columns };
  if (takesMask === undefined) return { recovery, columns: unprunedColumns(controlled, inputs, graph) };
  return {
    recovery: recoveryOfRemasked(takesMask, recovery, retraining),
    columns: remaskedColumns({ ...controlled, taken: takesMask }, inputs, graph),
  };
}

/** A training that prunes, as long as `prune.train` says. */
function fromTheStart(
  method: string,
  retraining: Retraining | null,
  { prunedTraining }: RunSettings,
): Retraining | null {
  if (retraining?.training !== "train" || prunedTraining === undefined) return retraining;
  if (retraining.rewindTo === 0) return { ...retraining, ...prunedTraining };
  throw inputError(
    `The method ${method} prunes at step ${retraining.rewindTo} of the training of the dense network, and prune.train has another one for it.`,
    { hint: "Leave out prune.train, or have it prune at step 0." },
  );
}

function atRate(retraining: Retraining | null, learningRate: number | undefined): Retraining | null {
  return retraining === null || learningRate === undefined ? retraining : { ...retraining, learningRate };
}

/** As `prune.finetune` says; but a network that is pruned early has its training before it. */
export function standardRecovery(method: AnyMethod, { finetune }: RunSettings): Chosen {
  if (!isConstructed(method) && schedules.named(method.schedule.name).startsAt !== undefined) {
    return { name: "train" };
  }
  return { name: finetune === null ? "none" : "finetune" };
}

/** The step of the training at which a network is pruned, or begins to be; undefined: after the training. */
function startOf(method: AnyMethod, recovery: Chosen): number | undefined {
  if (isConstructed(method)) return undefined;
  const { startsAt } = schedules.named(method.schedule.name);
  if (startsAt !== undefined) return startsAt(method.schedule);
  return recoveries.named(recovery.name).startsAtPruning ? 0 : undefined;
}

/** At each sparsity of the study the levels of the schedule. */
function prunedColumns(
  method: Method,
  start: number | undefined,
  retraining: Retraining | null,
  inputs: PlanInputs,
  graph: Graph,
): CellColumn[] {
  const { settings } = inputs;
  const { sparsities } = inputs.options.prune;
  refuseUnfit(method, retraining, { ...inputs, sparsities });
  refuseUnfitAllocation(method, sparsities, settings);
  refuseOtherPatterns(method, sparsities, settings);
  return sparsities.map((sparsity) => {
    const levels = schedules.named(method.schedule.name).levels(sparsity, method.schedule);
    const addRuns: CellColumn["addRuns"] = ({ seed, baseline, name, label, fills }) => {
      const source = sourceOf(retraining, { seed, baseline }, inputs, graph);
      const from = start === undefined ? baseline : graph.add(planCheckpoint(inputs, seed, start));
      const ids: string[] = [];
      for (const [i, level] of levels.entries()) {
        const last = i === levels.length - 1;
        const point = {
          method,
          before: levels[i - 1] ?? 0,
          sparsity: level,
          retraining,
          straightThrough: straightThroughRounding(method.quantization),
          seed,
          label: last ? label : `${name}-level${i + 1}-seed${seed}`,
        };
        ids.push(graph.add(planPoint(settings, point, ids[i - 1] ?? from, source), fills && last));
      }
      return ids;
    };
    return { sparsity, addRuns };
  });
}

/** One at each sparsity of the study, or one at the sparsity that the construction has of itself. */
function constructedColumns(
  method: ConstructedMethod,
  retraining: Retraining | null,
  inputs: PlanInputs,
  graph: Graph,
): CellColumn[] {
  const { settings, options } = inputs;
  const recovered = recoveryOfConstructed(method, retraining, settings);
  const straightThrough = straightThroughRounding(method.quantization);
  const { takesSparsity, teacher: teacherOf } = constructions.named(method.construction.name);
  const teacher = teacherOf?.(method.construction);
  return (takesSparsity ? options.prune.sparsities : [0]).map((asked) => {
    const sparsity = sparsityOfConstructed(method, asked, settings);
    const addRuns: CellColumn["addRuns"] = ({ seed, baseline, label, fills }) => {
      const constructed = { method, sparsity, retraining: recovered, straightThrough, seed, label };
      const source = sourceOf(recovered, { seed, baseline }, inputs, graph);
      if (takesSparsity && asked === 0) {
        // The dense network from scratch is the baseline: the dense control, which is the same under every method.
        const control = { ...constructed, method: pruningNothing(method), before: 0 };
        return [graph.add(planPoint(settings, control, baseline, source), fills)];
      }
      const taught = teacher && graph.add(planTeacher(inputs, seed, teacher));
      return [graph.add(planConstructed(inputs, constructed, taught, source), fills)];
    };
    return { sparsity, addRuns };
  });
}

/** A method that stands for another at sparsity 0, where it does not matter which. */
function pruningNothing({ construction: _, ...method }: ConstructedMethod): Method {
  return {
    ...method,
    criterion: { name: "magnitude" },
    allocation: { name: "uniform" },
    structure: { name: "weight" },
    schedule: { name: "one-shot" },
  };
}
