import { inputError } from "../foundations/errors.ts";
import { methodControl } from "../pruning/controls/registry.ts";
import { type AnyMethod, type Chosen, isConstructed } from "../pruning/method.ts";
import { resolveMethod } from "../pruning/methods.ts";
import { roundingOf } from "../pruning/quantization/quantization.ts";
import { recoveries } from "../pruning/recoveries/registry.ts";
import type { StudyIdentity } from "./identity.ts";
import type { StudyOptions } from "./options.ts";
import { planMethod, standardRecovery } from "./plan-method.ts";
import { type CellColumn, Graph } from "./run-graph.ts";
import { planBaseline } from "./runs/baseline.ts";
import type { Run } from "./runs/index.ts";
import { planQuantized } from "./runs/quantized.ts";
import { scanned } from "./scan.ts";
import type { RunSettings } from "./settings.ts";

/** One cell of the grid, in the order of the results table, and the runs that lead to it. */
export interface Cell {
  readonly label: string;
  readonly method: AnyMethod;
  /** As the results name it: `finetune`, `none`, or with options. */
  readonly recovery: Chosen;
  readonly sparsity: number;
  readonly seed: number;
  /** Where several learning rates are tried: the one that was chosen, and the runs of each, in the order of the config. */
  readonly learningRate?: number;
  readonly tried?: readonly TriedRate[];
  /** Ids of runs: the baseline, the levels on the way, and last the one that fills the cell, pruned or also quantized. */
  readonly path: readonly [baseline: string, ...levels: string[]];
}

/** A learning rate that a cell may be filled with, and the runs that lead there: as a cell's own path. */
export interface TriedRate {
  readonly learningRate: number;
  readonly path: Cell["path"];
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

  const cells = plannedMethods(inputs).flatMap((method) =>
    cellsOf(method, ratesOf(method, settings), baselines, inputs, graph),
  );
  refuseIdleTraining(cells, settings);
  return { runs: graph.runs(), cells };
}

/** A training that no method has would be left out without a word. */
function refuseIdleTraining(cells: readonly Cell[], { prunedTraining }: RunSettings): void {
  const trains = ({ recovery }: Cell) => recoveries.named(recovery.name).startsAtPruning === true;
  if (prunedTraining === undefined || cells.some(trains)) return;
  throw inputError(
    "prune.train says how methods are trained that prune before or during it: there is none.",
    {
      hint: "Leave it out, or add a method with the recovery train, such as gradual-magnitude.",
    },
  );
}

/** The cells of a method, each filled by the first of the learning rates for now; undefined is the optimizer's own. */
function cellsOf(
  method: AnyMethod,
  rates: readonly (number | undefined)[],
  baselines: ReadonlyMap<number, string>,
  inputs: PlanInputs,
  graph: Graph,
): Cell[] {
  const planned = rates.map((rate) => ({ rate, ...planMethod(method, rate, inputs, graph) }));
  const [first] = planned;
  if (first === undefined) throw new RangeError(`${method.name} has no learning rate`);
  return first.columns.flatMap(({ sparsity }, column) =>
    [...baselines].map(([seed, baseline]): Cell => {
      const paths = planned.map(({ rate, columns }) => {
        const name = `${method.name}-${sparsity}${rate === undefined ? "" : `-rate${rate}`}`;
        const cell = { seed, baseline, name };
        return { rate, path: addPath(method, columns[column] as CellColumn, cell, inputs.settings, graph) };
      });
      const tried = paths.flatMap(({ rate, path }) =>
        rate === undefined ? [] : [{ learningRate: rate, path }],
      );
      return {
        label: `${method.name}-${sparsity}-seed${seed}`,
        method,
        recovery: first.recovery,
        sparsity,
        seed,
        ...(tried.length === 0 ? {} : { tried }),
        path: (paths[0] as (typeof paths)[number]).path,
      };
    }),
  );
}

/** Adds the runs that fill a cell, and returns their ids behind its baseline's. */
function addPath(
  { quantization, ...method }: AnyMethod,
  { sparsity, addRuns }: CellColumn,
  { seed, baseline, name }: { readonly seed: number; readonly baseline: string; readonly name: string },
  settings: RunSettings,
  graph: Graph,
): Cell["path"] {
  const fills = quantization === undefined;
  const label = `${name}-seed${seed}`;
  const unrounded = fills ? label : `${name}-unrounded-seed${seed}`;
  const path: [string, ...string[]] = [
    baseline,
    ...addRuns({ seed, baseline, name, label: unrounded, fills }),
  ];
  if (quantization !== undefined) {
    const quantized = {
      method: { ...method, quantization },
      rounding: roundingOf(quantization),
      sparsity,
      seed,
      label,
    };
    path.push(graph.add(planQuantized(settings, quantized, path.at(-1) ?? baseline), true));
  }
  return path;
}

/** The learning rates that are tried for a method, if its networks are trained after pruning. */
function ratesOf(method: AnyMethod, settings: RunSettings): readonly (number | undefined)[] {
  const { name } = method.recovery ?? standardRecovery(method, settings);
  const control = isConstructed(method) ? undefined : method.control;
  const isReinitialized = control && methodControl(control).takesMask?.weights === "reinitialized";
  const trains = name !== "none" || isReinitialized;
  return (trains ? settings.finetune?.learningRate : undefined) ?? [undefined];
}

/** The methods of the config; in a scan each once a layer that may be pruned, which it prunes alone. */
function plannedMethods({ options: { prune }, settings }: PlanInputs): readonly AnyMethod[] {
  const methods = prune.methods.map(resolveMethod);
  return prune.scan === undefined ? methods : scanned(methods, settings);
}

/** The run that fills a cell. */
export function lastOf({ path }: Pick<Cell, "path">): string {
  return path.at(-1) ?? path[0];
}

/** The runs that may fill a cell: one, or one for each learning rate that is tried. */
export function lastOfEach({ path, tried }: Pick<Cell, "path" | "tried">): string[] {
  return (tried ?? [{ path }]).map(lastOf);
}

/** The run that pruned the network of a cell: the one that fills it, or that a quantized one hangs on. */
export function pointRunOf({ path, method }: Pick<Cell, "path" | "method">): string {
  return path.at(method.quantization === undefined ? -1 : -2) ?? path[0];
}
