import { greatestOf, leastOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import type { LayerRow, ResultRow } from "../recording/rows.ts";
import { type MeasuredPoint, measuredPoints } from "./measured-points.ts";

/** An amount in the whole network, and what of it is left without dead and constant units, over the seeds. */
export interface Left {
  readonly before: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** What there is of a layer, or of all together. */
interface Sizes {
  /** Neurons and filters. */
  readonly units: Left;
  /** Weights and biases. */
  readonly parameters: Left;
  /** Multiply-accumulates for one example. */
  readonly macs: Left;
}

export interface ShrunkLayer extends Sizes {
  readonly layer: string;
  readonly kind: "neurons" | "filters";
}

/** The dense network that is left of one (method, sparsity). */
export interface ShrunkNetwork extends Sizes {
  readonly method: string;
  /** The target. */
  readonly sparsity: number;
  /** In the order of the network. */
  readonly layers: readonly ShrunkLayer[];
}

/** A row whose study asked for it. */
type ShrunkRow = LayerRow &
  Required<Pick<LayerRow, "shrunk_shape" | "shrunk_weights" | "shrunk_macs" | "dense_macs">>;

/** The networks that have fewer units left than they had, in at least one seed, in the order of the rows. */
export function shrunkNetworks(rows: readonly LayerRow[]): ShrunkNetwork[] {
  const recorded = rows.filter((row): row is ShrunkRow => row.shrunk_shape != null);
  const cells = groupBy(recorded, (row) => JSON.stringify([row.method, row.target_sparsity]));
  return [...cells.values()].flatMap((cell) => {
    const [first] = cell;
    const whole = sizesOf(cell);
    if (first === undefined || whole.units.least === whole.units.before) return [];
    const layers = [...groupBy(cell, ({ layer }) => layer)].map(([layer, of]): ShrunkLayer => {
      const isDense = of.every(({ shape }) => shape.split("x").length <= 2);
      return { layer, kind: isDense ? "neurons" : "filters", ...sizesOf(of) };
    });
    return [{ method: first.method, sparsity: first.target_sparsity, layers, ...whole }];
  });
}

/** Over the seeds, what the tensors of a layer, or of all of them, come to. */
function sizesOf(rows: readonly ShrunkRow[]): Sizes {
  const seeds = [...groupBy(rows, ({ seed }) => seed).values()];
  const left = (before: (row: ShrunkRow) => number, after: (row: ShrunkRow) => number): Left => {
    const sums = seeds.map((of) => sum(of, after));
    return {
      before: sum(seeds[0] ?? [], before),
      mean: sums.reduce((total, value) => total + value, 0) / sums.length,
      least: leastOf(sums),
      most: greatestOf(sums),
    };
  };
  return {
    units: left(
      (row) => unitsIn(row, row.shape),
      (row) => unitsIn(row, row.shrunk_shape),
    ),
    parameters: left(
      ({ weights }) => weights,
      ({ shrunk_weights: weights }) => weights,
    ),
    macs: left(
      ({ dense_macs: macs }) => macs,
      ({ shrunk_macs: macs }) => macs,
    ),
  };
}

/** The outputs of a weight; a bias has the same ones. */
function unitsIn({ layer, parameter }: LayerRow, shape: string): number {
  return parameter === `${layer}.weight` ? Number.parseInt(shape, 10) : 0;
}

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}

/** The point of a method whose smaller network stands for the others. */
export interface ShownShrunk {
  readonly point: MeasuredPoint;
  /** Whether it is within the margin of the dense control. */
  readonly within: boolean;
}

/**
 * Of each method that leaves fewer units at some sparsity: the largest sparsity up to which the mean drop from the dense
 * control stays within the metric's margin; where units go beyond that only, or there is no control, the first at which
 * they do.
 */
export function shownShrunk(results: readonly ResultRow[], metric: Metric): ShownShrunk[] {
  const methods = groupBy(measuredPoints(results, metric), ({ method }) => method);
  return [...methods.values()].flatMap((points): ShownShrunk[] => {
    const rising = points.toSorted((a, b) => a.sparsity - b.sparsity);
    const fails = rising.findIndex(
      ({ drop, diverged }) => diverged > 0 || drop.mean === null || drop.mean > metric.difference.margin,
    );
    const within = (fails < 0 ? rising : rising.slice(0, fails)).findLast(isSmaller);
    const point = within ?? rising.find(isSmaller);
    return point === undefined ? [] : [{ point, within: within !== undefined }];
  });
}

function isSmaller({ rows }: MeasuredPoint): boolean {
  return rows.some((row) => (row.shrunk_parameters ?? row.parameters) < row.parameters);
}
