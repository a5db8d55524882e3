import { inputError } from "../foundations/errors.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import type { TakenMask } from "../pruning/control.ts";
import { methodControl } from "../pruning/controls/registry.ts";
import {
  type AnyMethod,
  type Chosen,
  type ConstructedMethod,
  isConstructed,
  type Method,
} from "../pruning/method.ts";
import { resolveMethod } from "../pruning/methods.ts";
import { roundingOf, straightThroughRounding } from "../pruning/quantization/quantization.ts";
import { recoveries } from "../pruning/recoveries/registry.ts";
import type { Retraining } from "../pruning/recovery.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import { recoveryOfConstructed, sparsityOfConstructed } from "./construct.ts";
import type { StudyIdentity } from "./identity.ts";
import type { StudyOptions } from "./options.ts";
import { type CellColumn, Graph, type UnroundedCell } from "./run-graph.ts";
import { planBaseline } from "./runs/baseline.ts";
import { planCheckpoint } from "./runs/checkpoint.ts";
import { planConstructed } from "./runs/constructed.ts";
import type { Run } from "./runs/index.ts";
import { planPoint } from "./runs/point.ts";
import { planQuantized } from "./runs/quantized.ts";
import { recoverySource } from "./runs/recover.ts";
import { planRemasked } from "./runs/remasked.ts";
import type { Parent } from "./runs/run.ts";
import { planTeacher } from "./runs/teacher.ts";
import { scanned } from "./scan.ts";
import type { RunSettings } from "./settings.ts";
import { refuseUnfit } from "./unfit.ts";
import { refuseUnfitAllocation } from "./unfit-allocation.ts";

/** One cell of the grid, in the order of the results table, and the runs that lead to it. */
export interface Cell {
  readonly label: string;
  readonly method: AnyMethod;
  /** As the results name it: `finetune`, `none`, or with options. */
  readonly recovery: Chosen;
  readonly sparsity: number;
  readonly seed: number;
  /** Ids of runs: the baseline, the levels on the way, and last the one that fills the cell, pruned or also quantized. */
  readonly path: readonly [baseline: string, ...levels: string[]];
}

export interface StudyPlan {
  /** Every run once, parents first. */
  readonly runs: readonly Run[];
  /** Method by method, sparsity by sparsity, seed by seed. */
  readonly cells: readonly Cell[];
}

export interface PlanInputs extends StudyIdentity {
  readonly options: Pick<StudyOptions, "prune" | "seeds">;
  /** Number of training examples. */
  readonly trainExamples: number;
}

/**
 * The graph of runs: a baseline a seed; under it, for each method and sparsity, the levels that the method's schedule
 * goes through, each pruned from the one before, and under the last of them what is quantized; beside it the checkpoints
 * that are rewound to, and the networks that are constructed, with the teachers that they are made from. What several
 * cells have in common is one run. Throws a PruneLabError of kind `input` for a method that does not fit the training.
 */
export function planStudy(inputs: PlanInputs): StudyPlan {
  const { options, settings } = inputs;
  const graph = new Graph();
  const baselines = new Map<number, string>();
  for (const seed of options.seeds) baselines.set(seed, graph.add(planBaseline(inputs, seed)));

  const cells: Cell[] = [];
  for (const method of plannedMethods(inputs)) {
    const { recovery, columns } = planMethod(method, inputs, graph);
    const { quantization } = method;
    for (const { sparsity, addRuns } of columns) {
      for (const [seed, baseline] of baselines) {
        const label = `${method.name}-${sparsity}-seed${seed}`;
        const fills = quantization === undefined;
        const unrounded = fills ? label : `${method.name}-${sparsity}-unrounded-seed${seed}`;
        const path: [string, ...string[]] = [
          baseline,
          ...addRuns({ seed, baseline, label: unrounded, fills }),
        ];
        if (quantization !== undefined) {
          const quantized = { method, rounding: roundingOf(quantization), sparsity, seed, label };
          path.push(graph.add(planQuantized(settings, quantized, path.at(-1) ?? baseline), true));
        }
        cells.push({ label, method, recovery, sparsity, seed, path });
      }
    }
  }
  return { runs: graph.runs(), cells };
}

/** The methods of the config; in a scan each once a layer that may be pruned, which it prunes alone. */
function plannedMethods({ options: { prune }, settings }: PlanInputs): readonly AnyMethod[] {
  const methods = prune.methods.map(resolveMethod);
  return prune.scan === undefined ? methods : scanned(methods, settings);
}

/** How the networks of a method recover, and the runs that lead to them. */
function planMethod(
  method: AnyMethod,
  inputs: PlanInputs,
  graph: Graph,
): { readonly recovery: Chosen; readonly columns: readonly CellColumn[] } {
  const recovery = method.recovery ?? standardRecovery(method, inputs.settings);
  const start = startOf(method, recovery);
  const retraining = recoveries.named(recovery.name).retraining(recovery, start);
  if (isConstructed(method)) {
    return { recovery, columns: constructedColumns(method, retraining, inputs, graph) };
  }
  const taken = takenMaskOf(method);
  if (taken === undefined) {
    return { recovery, columns: prunedColumns(method, start, retraining, inputs, graph) };
  }
  const columns = prunedColumns({ ...method, control: undefined }, start, retraining, inputs, graph);
  const remasked = remaskedColumns({ method, taken, start, retraining, columns }, inputs, graph);
  // It is trained anew, whatever the method does.
  return { recovery: taken.weights === "reinitialized" ? { name: "train" } : recovery, columns: remasked };
}

/** The mask that a control of a method takes from it. */
function takenMaskOf({ control }: Method): TakenMask | undefined {
  return control === undefined ? undefined : methodControl(control).takesMask;
}

/** As `prune.finetune` says; but a network that is pruned early has its training before it. */
function standardRecovery(method: AnyMethod, { finetune }: RunSettings): Chosen {
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

/** A control that takes the masks of a method, and the runs of that method. */
interface Remasking {
  readonly method: Method;
  readonly taken: TakenMask;
  readonly start: number | undefined;
  readonly retraining: Retraining | null;
  readonly columns: readonly CellColumn[];
}

/** Under the network of the method at each sparsity, one with its mask; without any mask, the dense control. */
function remaskedColumns(
  { method, taken, start, retraining, columns }: Remasking,
  inputs: PlanInputs,
  graph: Graph,
): CellColumn[] {
  const { settings } = inputs;
  const straightThrough = straightThroughRounding(method.quantization);
  const isReinitialized = taken.weights === "reinitialized";
  const fresh = { training: "train", rewindTo: 0, optimizer: "fresh" } as const;
  if (isReinitialized && settings.weights !== undefined) {
    throw inputError(
      `The method ${method.name} trains from new initial values, and train.from gives the weights.`,
      {
        hint: "Leave out the control reinitialized.",
      },
    );
  }
  return columns.map(({ sparsity, addRuns }) => ({
    sparsity,
    addRuns: ({ seed, baseline, label, fills }) => {
      const trained = isReinitialized ? fresh : retraining;
      const from = start === undefined ? baseline : graph.add(planCheckpoint(inputs, seed, start));
      const source = sourceOf(trained, { seed, baseline }, inputs, graph);
      const common = { method, sparsity, straightThrough, seed, label };
      if (sparsity === 0) {
        const point = { ...common, before: 0, retraining: trained };
        const whole = isReinitialized ? graph.add(planCheckpoint(inputs, seed, 0)) : from;
        return [graph.add(planPoint(settings, point, whole, source), fills)];
      }
      const original = `${method.name}-${sparsity}-original-seed${seed}`;
      const masked = addRuns({ seed, baseline, label: original, fills: false });
      const run = {
        ...common,
        taken,
        // Its values are there already.
        retraining: isReinitialized ? { ...fresh, keepsWeights: true as const } : retraining,
      };
      const remasked = planRemasked(
        settings,
        run,
        masked.at(-1) ?? baseline,
        isReinitialized ? undefined : from,
        source,
      );
      return [...masked, graph.add(remasked, fills)];
    },
  }));
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
  return sparsities.map((sparsity) => {
    const levels = schedules.named(method.schedule.name).levels(sparsity, method.schedule);
    const addRuns: CellColumn["addRuns"] = ({ seed, baseline, label, fills }) => {
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
          label: last ? label : `${method.name}-${sparsity}-level${i + 1}-seed${seed}`,
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

/** What a recovery takes from another run of the seed, which is in the graph then. */
function sourceOf(
  retraining: Retraining | null,
  { seed, baseline }: Pick<UnroundedCell, "seed" | "baseline">,
  inputs: PlanInputs,
  graph: Graph,
): Parent | undefined {
  const checkpoint = (step: number) => graph.add(planCheckpoint(inputs, seed, step));
  return recoverySource(retraining, { baseline, checkpoint });
}

/** The run that fills a cell. */
export function lastOf({ path }: Pick<Cell, "path">): string {
  return path.at(-1) ?? path[0];
}

/** The run that pruned the network of a cell: the one that fills it, or that a quantized one hangs on. */
export function pointRunOf({ path, method }: Pick<Cell, "path" | "method">): string {
  return path.at(method.quantization === undefined ? -1 : -2) ?? path[0];
}
