import { groupBy } from "../../analysis/group-by.ts";
import { type MeanInterval, meanInterval, present } from "../../analysis/mean-interval.ts";
import type { ResultRow } from "../../recording/rows.ts";
import type { Quality } from "./scales.ts";

/** One (method, sparsity), over the seeds; a mean of null where all of them diverged. */
export interface CurvePoint {
  readonly method: string;
  readonly sparsity: number;
  /** Seeds in which no path from the inputs to the outputs is left. */
  readonly collapsed: number;
  /** Before recovery, and after it. */
  readonly pruned: MeanInterval;
  readonly recovered: MeanInterval;
  /** Means over the seeds. */
  readonly sparseBytes: number;
  readonly macs: number;
}

/** The accuracies of a study (the losses of a regression), as the charts draw them. */
export interface Curves {
  readonly quality: Quality;
  /** `Test accuracy` */
  readonly title: string;
  readonly methods: readonly string[];
  /** Method by method, by growing sparsity. */
  readonly points: readonly CurvePoint[];
  /** Whether networks recover after pruning. */
  readonly recovers: boolean;
  /** Mean of the trained dense networks, one a seed; null for several studies, which each have their own. */
  readonly baseline: number | null;
  /** Mean of the dense networks that were fine-tuned like the pruned ones; null without sparsity 0 or recovery. */
  readonly control: number | null;
}

/** Undefined without any measure. */
export function curvesOf(results: readonly ResultRow[]): Curves | undefined {
  const quality: Quality = results.some((row) => row.accuracy !== null) ? "accuracy" : "loss";
  const pick = <Key extends "accuracy" | "pruned_accuracy" | "baseline_accuracy">(
    accuracy: Key,
    loss: "loss" | "pruned_loss" | "baseline_loss",
  ) => {
    const key = quality === "accuracy" ? accuracy : loss;
    return (row: ResultRow) => row[key];
  };
  const recovered = pick("accuracy", "loss");
  const pruned = pick("pruned_accuracy", "pruned_loss");
  const dense = pick("baseline_accuracy", "baseline_loss");
  const mean = (values: readonly (number | null)[]) => meanInterval(present(values)).mean;
  const bySeed = (rows: readonly ResultRow[], value: (row: ResultRow) => number | null) =>
    mean([...groupBy(rows, (row) => row.seed).values()].map((seed) => present(seed.map(value))[0] ?? null));

  const cells = groupBy(results, (row) => JSON.stringify([row.method, row.target_sparsity]));
  const methods = [...new Set(results.map((row) => row.method))];
  const points = [...cells.values()]
    .map(
      (rows): CurvePoint => ({
        method: rows[0]?.method ?? "",
        sparsity: rows[0]?.target_sparsity ?? 0,
        collapsed: rows.filter((row) => row.status === "collapsed").length,
        pruned: meanInterval(present(rows.map(pruned))),
        recovered: meanInterval(present(rows.map(recovered))),
        sparseBytes: mean(rows.map((row) => row.sparse_bytes)) ?? 0,
        macs: mean(rows.map((row) => row.macs)) ?? 0,
      }),
    )
    .sort((a, b) => methods.indexOf(a.method) - methods.indexOf(b.method) || a.sparsity - b.sparsity);
  if (points.every(({ pruned, recovered }) => pruned.mean === null && recovered.mean === null))
    return undefined;
  const recovers = results.some((row) => row.recovery !== "none");
  const alone = new Set(results.map((row) => row.study)).size === 1;
  return {
    quality,
    title: quality === "accuracy" ? "Test accuracy" : "Test loss",
    methods,
    points,
    recovers,
    baseline: alone ? bySeed(results, dense) : null,
    control:
      alone && recovers
        ? bySeed(
            results.filter((row) => row.target_sparsity === 0),
            recovered,
          )
        : null,
  };
}
