import type { TensorSnapshot, WeightsSnapshot } from "../../experiment/weights-snapshot.ts";
import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { PointSnapshot, Snapshots } from "../../recording/snapshots.ts";
import { layerNames } from "./layer-names.ts";
import { percent } from "./titles.ts";

/** The sparsity whose weights the charts show is each method's nearest to this: the same unless it has its own. */
const SHOWN_SPARSITY = 0.9;
/** Columns of a chart of weights. */
export const MOST_TENSORS = 4;

/** The weights of one state of the network, a row of small panels. */
export interface WeightsRow {
  /** `before pruning`, or the method's name. */
  readonly name: string;
  /** Undefined before pruning. */
  readonly method: string | undefined;
  readonly tensors: readonly TensorSnapshot[];
  /** All tensors, also those that are not shown. */
  readonly whole: WeightsSnapshot;
}

/** What the charts of weights show: one seed at one sparsity. */
export interface ShownWeights {
  readonly seed: number;
  /** `90%` */
  readonly sparsity: string;
  /** `fc1`, or `fc1.weight` when biases are pruned too. */
  readonly tensorNames: ReadonlyMap<string, string>;
  readonly before: WeightsRow;
  readonly after: readonly WeightsRow[];
}

/** Undefined when nothing is pruned. A wide network shows its first and its last layers. */
export function shownWeights(snapshots: Snapshots | undefined): ShownWeights | undefined {
  if (snapshots === undefined) return undefined;
  const points = atShownSparsity(snapshots.points);
  const { before } = snapshots;
  if (points.length === 0 || before === null) return undefined;
  const sparsities = points.map((point) => point.target_sparsity);
  const names = before.tensors.map(({ name }) => name);
  const half = MOST_TENSORS / 2;
  const shown = names.length <= MOST_TENSORS ? names : [...names.slice(0, half), ...names.slice(-half)];
  const onlyWeights = names.every((name) => name.endsWith(".weight"));
  const ownName = (name: string) => (onlyWeights ? name.replace(/\.weight$/, "") : name);
  const short = layerNames(shown.map(ownName));
  const pick = (tensors: readonly TensorSnapshot[]) => tensors.filter(({ name }) => shown.includes(name));
  return {
    seed: snapshots.seed,
    sparsity: [...new Set([leastOf(sparsities), greatestOf(sparsities)])].map(percent).join(" to "),
    tensorNames: new Map(shown.map((name) => [name, short.get(ownName(name)) ?? name])),
    before: { name: "before pruning", method: undefined, tensors: pick(before.tensors), whole: before },
    after: points.map(({ method, after }) => ({
      name: method,
      method,
      tensors: pick(after.tensors),
      whole: after,
    })),
  };
}

/** Of these sparsities the one that is shown where one stands for all; undefined without any. */
export function nearestShown(sparsities: readonly number[]): number | undefined {
  return sparsities.toSorted((a, b) => fromShown(a) - fromShown(b))[0];
}

function fromShown(sparsity: number): number {
  return Math.abs(sparsity - SHOWN_SPARSITY);
}

/**
 * Of each method that prunes anything the rows of its nearest sparsity; of one that prunes everything nothing is to be
 * seen beside others.
 */
export function atShownSparsity<Row extends Pick<PointSnapshot, "method" | "target_sparsity">>(
  rows: readonly Row[],
): Row[] {
  const pruned = rows.filter(({ target_sparsity: target }) => target > 0);
  const nearest = [...groupBy(pruned, ({ method }) => method).values()].flatMap((own) => {
    const shown = nearestShown(own.map(({ target_sparsity: target }) => target));
    return own.filter(({ target_sparsity: target }) => target === shown);
  });
  const partly = nearest.filter(({ target_sparsity: target }) => target < 1);
  return partly.length > 0 ? partly : nearest;
}

/** `98.2%` */
export function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)}%`;
}

/** Ranges that differ by more than this have nothing to show on one axis. */
const SIMILAR = 16;

/** The range that panels of weights share, [-limit, limit]; undefined where their weights are of different sizes. */
export function sharedLimit(limits: readonly number[]): number | undefined {
  const positive = limits.filter((limit) => limit > 0);
  if (positive.length === 0) return 1;
  const greatest = greatestOf(positive);
  return greatest > SIMILAR * leastOf(positive) ? undefined : greatest;
}
