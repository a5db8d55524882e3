import { inputError } from "../foundations/errors.ts";
import { parameterSpecs } from "../network/parameters.ts";
import type { Chosen, Method } from "../pruning/method.ts";
import { resolveMethod } from "../pruning/methods.ts";
import { roundingOf, straightThroughRounding } from "../pruning/quantization/quantization.ts";
import { recoveries } from "../pruning/recoveries/registry.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import { structures } from "../pruning/structures/registry.ts";
import type { StudyIdentity } from "./identity.ts";
import type { StudyOptions } from "./options.ts";
import { planBaseline } from "./runs/baseline.ts";
import { planCheckpoint } from "./runs/checkpoint.ts";
import { isDense, type Run } from "./runs/index.ts";
import { type PointRun, planPoint, recoverySteps } from "./runs/point.ts";
import { planQuantized } from "./runs/quantized.ts";
import type { RunSettings } from "./settings.ts";

/** One cell of the grid, in the order of the results table, and the runs that lead to it. */
export interface Cell {
  readonly label: string;
  readonly method: Method;
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
 * that are rewound to. What several cells have in common is one run. Throws a PruneLabError of kind `input` for a method that does not fit the training.
 */
export function planStudy(inputs: PlanInputs): StudyPlan {
  const { options, settings } = inputs;
  const graph = new Graph();
  const baselines = new Map<number, string>();
  for (const seed of options.seeds) baselines.set(seed, graph.add(planBaseline(inputs, seed)));

  const cells: Cell[] = [];
  for (const method of options.prune.methods.map(resolveMethod)) {
    const recovery = method.recovery ?? { name: settings.finetune === null ? "none" : "finetune" };
    const retraining = recoveries.named(recovery.name).retraining(recovery);
    const { quantization } = method;
    refuseUnfit(method, retraining, inputs);
    for (const sparsity of options.prune.sparsities) {
      const levels = schedules.named(method.schedule.name).levels(sparsity, method.schedule);
      for (const [seed, baseline] of baselines) {
        const rewoundTo =
          retraining?.training === "train" && retraining.rewindTo > 0
            ? graph.add(planCheckpoint(inputs, seed, retraining.rewindTo))
            : undefined;
        const label = `${method.name}-${sparsity}-seed${seed}`;
        const path: [string, ...string[]] = [baseline];
        for (const [i, level] of levels.entries()) {
          const last = i === levels.length - 1;
          const fills = last && quantization === undefined;
          const point = {
            method,
            before: levels[i - 1] ?? 0,
            sparsity: level,
            retraining,
            straightThrough: straightThroughRounding(quantization),
            seed,
            label: fills
              ? label
              : `${method.name}-${sparsity}-${last ? "unrounded" : `level${i + 1}`}-seed${seed}`,
          };
          path.push(graph.add(planPoint(settings, point, path[i] as string, rewoundTo), fills));
        }
        if (quantization !== undefined) {
          const quantized = { rounding: roundingOf(quantization), sparsity, seed, label };
          path.push(graph.add(planQuantized(quantized, path.at(-1) as string), true));
        }
        cells.push({ label, method, recovery, sparsity, seed, path });
      }
    }
  }
  return { runs: graph.runs(), cells };
}

/** The run that fills a cell. */
export function lastOf({ path }: Pick<Cell, "path">): string {
  return path.at(-1) ?? path[0];
}

/** The run that pruned the network of a cell: the one that fills it, or that a quantized one hangs on. */
export function pointRunOf({ path, method }: Pick<Cell, "path" | "method">): string {
  return path.at(method.quantization === undefined ? -1 : -2) ?? path[0];
}

/** The most runs of a study: what is kept of each in memory, some KiB, is then some GiB. */
const MOST_RUNS = 500_000;

/** Runs by id, dense networks first, and so parents before what hangs on them. */
class Graph {
  readonly #runs = new Map<string, Run>();
  /** Those that have the name of a cell. */
  readonly #named = new Set<string>();

  /** Adds a run unless it is there; a run that fills a cell is named after the first such cell. Returns its id. */
  add(run: Run, fillsCell = false): string {
    const known = this.#runs.get(run.id);
    if (known === undefined && this.#runs.size === MOST_RUNS) {
      throw inputError(`The study has more than ${MOST_RUNS} runs: baselines, levels and pruned networks.`, {
        hint: "Part it into several, with fewer seeds, methods or sparsities each.",
      });
    }
    if (known === undefined || (fillsCell && !this.#named.has(run.id))) this.#runs.set(run.id, run);
    if (fillsCell) this.#named.add(run.id);
    return run.id;
  }

  runs(): Run[] {
    return [...this.#runs.values()].sort((a, b) => Number(isDense(b)) - Number(isDense(a)));
  }
}

function refuseUnfit(
  { name, schedule, structure, quantization }: Method,
  retraining: PointRun["retraining"],
  { options, settings, trainExamples }: PlanInputs,
): void {
  if (retraining?.training === "finetune" && settings.finetune === null) {
    throw inputError(`The method ${name} recovers by fine-tuning, and prune.finetune is null.`);
  }
  const steps = recoverySteps(settings, retraining, trainExamples);
  if (retraining?.training === "train" && steps < 0) {
    throw inputError(
      `The method ${name} rewinds to step ${retraining.rewindTo}, and the training has ${steps + retraining.rewindTo} steps.`,
    );
  }
  if (retraining === null && quantization?.training === "straight-through") {
    throw inputError(
      `The method ${name} trains with rounded weights (quantization.training: straight-through), and has no recovery to do so in.`,
      {
        hint: "Give it a recovery, or leave quantization.training at none: weights are then rounded after pruning.",
      },
    );
  }
  refuseTornUnits({ name, structure }, settings);
  const { during } = schedules.named(schedule.name);
  if (during === undefined) return;
  if (retraining === null) {
    throw inputError(`The method ${name} prunes while it recovers (${schedule.name}), and has no recovery.`);
  }
  for (const sparsity of options.prune.sparsities) during(sparsity, steps, schedule);
}

/** Whole units of weights leave no place for biases of their own. */
function refuseTornUnits(
  { name, structure }: Pick<Method, "name" | "structure">,
  settings: RunSettings,
): void {
  const biases = parameterSpecs(settings.network).filter(
    ({ name: tensor, role }) => role === "bias" && settings.prunable.includes(tensor),
  );
  const { units } = structures.named(structure.name);
  const whole = parameterSpecs(settings.network).some(
    (tensor) => tensor.role === "weight" && units(tensor, structure) !== undefined,
  );
  if (biases.length === 0 || !whole) return;
  throw inputError(
    `The method ${name} prunes by ${structure.name}, and prune.biases by single values: they cannot be combined.`,
    { hint: "Leave prune.biases at false, or take the structure weight." },
  );
}
