import { contentHash } from "../foundations/hash.ts";
import type { NetworkSpec } from "../network/specification.ts";
import { type Method, resolveMethod } from "../pruning/methods.ts";
import type { StudyOptions } from "./options.ts";
import type { FinetuneOptions, Optimizer, Schedule } from "./training/options.ts";

/**
 * Versions of the algorithms that shape a run's numbers, part of its hash. Raise one by hand when a change
 * in the code changes numbers; stored runs of the old version are then computed again.
 */
const ALGORITHM = { initialization: 1, training: 1, pruning: 1, finetuning: 1, measuring: 1 };
/** Version of what a point's record holds beside the numbers of the tables: raised when the charts need more. */
const POINT_RECORD = 2;

export type RunKind = Run["kind"];

/** One unit of work with a content hash; a pure function of what the hash covers. */
export type Run = BaselineRun | PointRun;

export interface BaselineRun {
  readonly kind: "baseline";
  /** SHA-256 of everything that the numbers depend on. */
  readonly id: string;
  /** `baseline-seed0` */
  readonly label: string;
  readonly seed: number;
}

/** Prunes its parent's weights to one sparsity, then recovers. */
export interface PointRun {
  readonly kind: "point";
  readonly id: string;
  /** `global-magnitude-0.9-seed0` */
  readonly label: string;
  /** The run whose weights are pruned. */
  readonly parent: string;
  readonly seed: number;
  readonly method: Method;
  readonly sparsity: number;
}

/** One cell of the grid, in the order of the results table, and the runs that fill it. */
export interface Cell {
  readonly label: string;
  readonly method: Method;
  readonly sparsity: number;
  readonly seed: number;
  readonly baseline: string;
  readonly point: string;
}

export interface StudyPlan {
  /** Every run once, parents first. */
  readonly runs: readonly Run[];
  /** Method by method, sparsity by sparsity, seed by seed. */
  readonly cells: readonly Cell[];
  readonly finetune: ResolvedFinetune | null;
}

/** Fine-tuning with what it takes over from the training filled in. */
export interface ResolvedFinetune {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly select: FinetuneOptions["select"];
}

export interface PlanInputs {
  readonly options: StudyOptions;
  readonly network: NetworkSpec;
  readonly datasetChecksum: string;
  readonly engineIdentity: string;
  /** Names of the tensors that pruning may touch. */
  readonly prunable: readonly string[];
}

/** The graph of runs: a baseline a seed, and under it a point for each method and sparsity. */
export function planStudy({
  options,
  network,
  datasetChecksum,
  engineIdentity,
  prunable,
}: PlanInputs): StudyPlan {
  const { train, prune, seeds } = options;
  const finetune = resolveFinetune(options);
  const methods = prune.methods.map(resolveMethod);

  const baselines = new Map<number, BaselineRun>();
  for (const seed of seeds) {
    const id = contentHash({
      kind: "baseline",
      algorithm: [ALGORITHM.initialization, ALGORITHM.training],
      engine: engineIdentity,
      dataset: datasetChecksum,
      network,
      initializer: options.model.initializer,
      train,
      seed,
    });
    baselines.set(seed, { kind: "baseline", id, label: `baseline-seed${seed}`, seed });
  }

  const points = new Map<string, PointRun>();
  const cells: Cell[] = [];
  for (const method of methods) {
    for (const sparsity of prune.sparsities) {
      for (const [seed, baseline] of baselines) {
        const label = `${method.name}-${sparsity}-seed${seed}`;
        const id = contentHash({
          kind: "point",
          algorithm: [ALGORITHM.pruning, ALGORITHM.finetuning, ALGORITHM.measuring],
          record: POINT_RECORD,
          parent: baseline.id,
          prunable,
          // Pruning nothing is the same run under every method: the dense control.
          pruning: sparsity === 0 ? "none" : { ...scoringOf(method), sparsity },
          finetune,
          seed,
        });
        if (!points.has(id)) {
          points.set(id, { kind: "point", id, label, parent: baseline.id, seed, method, sparsity });
        }
        cells.push({ label, method, sparsity, seed, baseline: baseline.id, point: id });
      }
    }
  }
  return { runs: [...baselines.values(), ...points.values()], cells, finetune };
}

function scoringOf({ criterion, allocation, structure }: Method) {
  return { criterion, allocation, structure };
}

function resolveFinetune({ train, prune }: StudyOptions): ResolvedFinetune | null {
  if (prune.finetune === null) return null;
  const { epochs, batchSize, optimizer, schedule, select } = prune.finetune;
  return {
    epochs,
    batchSize: batchSize ?? train.batchSize,
    optimizer: optimizer ?? train.optimizer,
    schedule: schedule ?? train.schedule,
    select,
  };
}

/**
 * The `recipe` column: a short hash of everything that shapes the numbers and has no column of its own
 * (split, normalization, initial values, training, fine-tuning, exclusions).
 */
export function recipeHash(
  inputs: Pick<PlanInputs, "options" | "network" | "datasetChecksum" | "prunable">,
): string {
  const { options, network, datasetChecksum, prunable } = inputs;
  return contentHash({
    algorithm: ALGORITHM,
    dataset: datasetChecksum,
    network,
    initializer: options.model.initializer,
    train: options.train,
    finetune: resolveFinetune(options),
    prunable,
  }).slice(0, 8);
}
