import { groupBy } from "../../analysis/group-by.ts";
import type { TensorSnapshot } from "../../experiment/weights-snapshot.ts";
import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import type { Snapshots } from "../../recording/snapshots.ts";
import { percent } from "./titles.ts";

/** The sparsity whose weights the charts show is each method's nearest to this: the same unless it has its own. */
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
  const points = shownPoints(snapshots);
  const { before } = snapshots;
  if (points.length === 0 || before === null) return undefined;
  const sparsities = points.map((point) => point.target_sparsity);
  const names = before.tensors.map(({ name }) => name);
  const half = MOST_TENSORS / 2;
  const shown = names.length <= MOST_TENSORS ? names : [...names.slice(0, half), ...names.slice(-half)];
  const onlyWeights = names.every((name) => name.endsWith(".weight"));
  const pick = (tensors: readonly TensorSnapshot[]) => tensors.filter(({ name }) => shown.includes(name));
  return {
    seed: snapshots.seed,
    sparsity: [...new Set([leastOf(sparsities), greatestOf(sparsities)])].map(percent).join(" to "),
    tensorNames: new Map(shown.map((name) => [name, onlyWeights ? name.replace(/\.weight$/, "") : name])),
    before: { name: "before pruning", method: undefined, tensors: pick(before.tensors) },
    after: points.map(({ method, after }) => ({ name: method, method, tensors: pick(after.tensors) })),
  };
}

/** Of these sparsities the one that is shown where one stands for all; undefined without any. */
export function nearestShown(sparsities: readonly number[]): number | undefined {
  return sparsities.toSorted((a, b) => fromShown(a) - fromShown(b))[0];
}

function fromShown(sparsity: number): number {
  return Math.abs(sparsity - SHOWN_SPARSITY);
}

/** Of each method the point that is nearest; of one that prunes everything nothing is to be seen beside others. */
function shownPoints({ points }: Snapshots): Snapshots["points"] {
  const pruned = points.filter(({ target_sparsity: target }) => target > 0);
  const nearest = [...groupBy(pruned, ({ method }) => method).values()].flatMap((of) =>
    of.toSorted((a, b) => fromShown(a.target_sparsity) - fromShown(b.target_sparsity)).slice(0, 1),
  );
  const partly = nearest.filter(({ target_sparsity: target }) => target < 1);
  return partly.length > 0 ? partly : nearest;
}

/** `98.2%` */
export function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)}%`;
}
