import type { TensorSnapshot, WeightsSnapshot } from "../../experiment/weights-snapshot.ts";
import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import type { Snapshots } from "../../recording/snapshots.ts";
import { percent } from "./titles.ts";

/** The sparsity whose weights the charts show is the one of the grid nearest to this. */
const SHOWN_SPARSITY = 0.9;
/** Columns of a chart of weights. */
const MOST_TENSORS = 4;

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
  const sparsities = snapshots.points.map((point) => point.target_sparsity).filter((target) => target > 0);
  const [sparsity] = sparsities.sort((a, b) => Math.abs(a - SHOWN_SPARSITY) - Math.abs(b - SHOWN_SPARSITY));
  if (sparsity === undefined) return undefined;
  const { before } = snapshots;
  if (before === null) return undefined;
  const names = before.tensors.map(({ name }) => name);
  const half = MOST_TENSORS / 2;
  const shown = names.length <= MOST_TENSORS ? names : [...names.slice(0, half), ...names.slice(-half)];
  const onlyWeights = names.every((name) => name.endsWith(".weight"));
  const pick = (tensors: readonly TensorSnapshot[]) => tensors.filter(({ name }) => shown.includes(name));
  return {
    seed: snapshots.seed,
    sparsity: percent(sparsity),
    tensorNames: new Map(shown.map((name) => [name, onlyWeights ? name.replace(/\.weight$/, "") : name])),
    before: { name: "before pruning", method: undefined, tensors: pick(before.tensors), whole: before },
    after: snapshots.points
      .filter((point) => point.target_sparsity === sparsity)
      .map(({ method, after }) => ({ name: method, method, tensors: pick(after.tensors), whole: after })),
  };
}

/** `98.2%` */
export function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)}%`;
}

/** Ranges that differ by more than this have nothing to show on one axis. */
const SIMILAR = 4;

/** The range that panels of weights share, [-limit, limit]; undefined where their weights are of different sizes. */
export function sharedLimit(limits: readonly number[]): number | undefined {
  const positive = limits.filter((limit) => limit > 0);
  const greatest = greatestOf(positive);
  return greatest > SIMILAR * leastOf(positive) ? undefined : greatest;
}
