import { inputError } from "../foundations/errors.ts";
import type { TakenMask } from "../pruning/control.ts";
import type { Chosen, Method } from "../pruning/method.ts";
import { straightThroughRounding } from "../pruning/quantization/quantization.ts";
import { goesOn, type Retraining } from "../pruning/recovery.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import type { PlanInputs } from "./plan.ts";
import { sourceOf } from "./recovery-source.ts";
import type { CellColumn, Graph } from "./run-graph.ts";
import { planCheckpoint } from "./runs/checkpoint.ts";
import { planPoint } from "./runs/point.ts";
import { planRemasked } from "./runs/remasked.ts";

/** A control of a method, with how that recovers and the runs of that method. */
interface Controlled {
  readonly method: Method;
  /** The step of the training at which a network is pruned; undefined: after the training. */
  readonly start: number | undefined;
  readonly retraining: Retraining | null;
  readonly rate: number | undefined;
  readonly columns: readonly CellColumn[];
}

/** One that takes the masks of the method. */
interface Remasking extends Controlled {
  readonly taken: TakenMask;
}

/**
 * As the results name how a network with a taken mask recovers: from new initial values it is trained, and recovers if the
 * method goes on.
 */
export function recoveryOfRemasked(
  taken: TakenMask,
  recovery: Chosen,
  retraining: Retraining | null,
): Chosen {
  return taken.weights === "reinitialized" && !goesOn(retraining) ? { name: "train" } : recovery;
}

/**
 * Under the network of the method at each sparsity, one with its mask, and as many recoveries as the method has levels;
 * without any mask, the dense control.
 */
export function remaskedColumns(
  { method, taken, start, retraining, rate, columns }: Remasking,
  inputs: PlanInputs,
  graph: Graph,
): CellColumn[] {
  const { settings } = inputs;
  const isReinitialized = taken.weights === "reinitialized";
  if (isReinitialized && settings.weights !== undefined) {
    throw inputError(
      `The method ${method.name} trains from new initial values, and train.from gives the weights.`,
      {
        hint: "Leave out the control reinitialized.",
      },
    );
  }
  // Where the method recovers by going on, this is the training before that, at its own rate.
  const fresh: Retraining = {
    training: "train",
    rewindTo: 0,
    optimizer: "fresh",
    ...settings.prunedTraining,
    ...(rate === undefined || goesOn(retraining) ? {} : { learningRate: rate }),
  };
  const straightThrough = straightThroughRounding(method.quantization);
  return columns.map(({ sparsity, addRuns }) => ({
    sparsity,
    addRuns: ({ seed, baseline, name, label, fills }) => {
      const from = start === undefined ? baseline : graph.add(planCheckpoint(inputs, seed, start));
      const common = { method, sparsity, straightThrough, seed };
      const sourceFor = (trained: Retraining | null) => sourceOf(trained, { seed, baseline }, inputs, graph);
      if (sparsity === 0) {
        const isTrained = isReinitialized && !goesOn(retraining);
        const point = { ...common, label, before: 0, retraining: isTrained ? fresh : retraining };
        const whole = isTrained ? graph.add(planCheckpoint(inputs, seed, 0)) : from;
        return [graph.add(planPoint(settings, point, whole, sourceFor(point.retraining)), fills)];
      }
      const original = `${name}-original`;
      const ids = addRuns({
        seed,
        baseline,
        name: original,
        label: `${original}-seed${seed}`,
        fills: false,
      });
      // The new values are there already: a training from step 0 that keeps them.
      const first = isReinitialized ? { ...fresh, keepsWeights: true as const } : retraining;
      const more = recoveriesAfter(isReinitialized, { method, sparsity, retraining });
      const trainings = [first, ...Array<Retraining | null>(more).fill(retraining)];
      for (const [i, trained] of trainings.entries()) {
        const last = i === trainings.length - 1;
        const run = {
          ...common,
          // What follows goes on with the mask and the weights that are there.
          taken: i === 0 ? taken : ({ mask: "kept", weights: "pruned" } as const),
          retraining: trained,
          label: last ? label : `${name}-recovery${i + 1}-seed${seed}`,
        };
        const before = ids.at(-1) ?? baseline;
        const weights = i > 0 ? before : isReinitialized ? undefined : from;
        ids.push(graph.add(planRemasked(settings, run, before, weights, sourceFor(trained)), fills && last));
      }
      return ids;
    },
  }));
}

/**
 * How often a network with a mask of the method recovers after its first training, so that its weights had as many steps as
 * the method's.
 */
function recoveriesAfter(
  isReinitialized: boolean,
  { method, sparsity, retraining }: Pick<Controlled, "method" | "retraining"> & { readonly sparsity: number },
): number {
  if (!goesOn(retraining)) return 0;
  return levelsOf(method, sparsity) - (isReinitialized ? 0 : 1);
}

function levelsOf({ schedule }: Method, sparsity: number): number {
  return schedules.named(schedule.name).levels(sparsity, schedule).length;
}

/**
 * At each sparsity the dense network, recovered as often as the method has levels there. One descent for all methods that
 * recover alike.
 */
export function unprunedColumns(
  { method, start, retraining, columns }: Controlled,
  inputs: PlanInputs,
  graph: Graph,
): CellColumn[] {
  const { settings } = inputs;
  const straightThrough = straightThroughRounding(method.quantization);
  return columns.map(({ sparsity }) => ({
    sparsity,
    addRuns: ({ seed, baseline, name, label, fills }) => {
      const source = sourceOf(retraining, { seed, baseline }, inputs, graph);
      const times = goesOn(retraining) ? levelsOf(method, sparsity) : 1;
      const ids = [start === undefined ? baseline : graph.add(planCheckpoint(inputs, seed, start))];
      for (let i = 1; i <= times; i++) {
        const last = i === times;
        const point = {
          ...{ method, before: 0, sparsity: 0, retraining, straightThrough, seed },
          label: last ? label : `${name}-recovery${i}-seed${seed}`,
        };
        ids.push(graph.add(planPoint(settings, point, ids[i - 1] as string, source), fills && last));
      }
      return ids.slice(1);
    },
  }));
}
