import { dot } from "./arrays.ts";
import type { ExampleGradients } from "./example-gradients.ts";

export interface ExchangeRequest {
  readonly gradients: ExampleGradients;
  readonly weights: Float64Array;
  /** 1 keep, 0 prune. */
  readonly kept: Uint8Array;
  /** Of each value, within which group it may be exchanged; undefined: with any. */
  readonly groups?: Uint32Array | undefined;
}

/**
 * The local search of the combinatorial brain surgeon (Yu et al. 2022, algorithm 1): round by round, pruned values that
 * the loss misses the most are exchanged for kept ones that it misses the least, where that lowers (1/N) |G_gone w|^2,
 * twice the expected change of the loss, by at least THRESHOLD, given all that was exchanged before. As many stay as there
 * were, in each group. Yields what is kept after each round, until none finds anything.
 */
export function* exchanges(request: ExchangeRequest): Generator<Uint8Array> {
  const { gradients, weights, groups } = request;
  const { examples } = gradients;
  const kept = request.kept.slice();
  const own = gradients.squares().map((square, i) => (square * (weights[i] as number) ** 2) / examples);
  const sums = gradients.times(weights.map((weight, i) => (kept[i] === 1 ? 0 : weight)));
  const numbers = groups === undefined ? [0] : [...new Set(groups)];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let exchanged = 0;
    for (const group of numbers) {
      const inGroup = (i: number) => groups === undefined || groups[i] === group;
      exchanged += exchangeOnce({ gradients, weights, kept, own, sums, inGroup });
    }
    if (exchanged === 0) return;
    yield kept.slice();
  }
}

/** What an exchange has to lower the expected change by, as Yu et al. have it. */
const THRESHOLD = 1e-4;
/** How far from its own rank the counterpart of a pruned value is looked for. */
const RANGE = 10;
/** Pruned values without a counterpart after which a round ends. */
const MOST_FAILURES = 20;
const MOST_ROUNDS = 100;

interface State {
  readonly gradients: ExampleGradients;
  readonly weights: Float64Array;
  /** Changed in place. */
  readonly kept: Uint8Array;
  /** (1/N) of the squares of each value's column of G diag(w). */
  readonly own: Float64Array;
  /** G_gone w: one number an example; changed in place. */
  readonly sums: Float64Array;
  readonly inGroup: (value: number) => boolean;
}

/** A round; gives how many pairs it exchanged. */
function exchangeOnce({ gradients, weights, kept, own, sums, inGroup }: State): number {
  const { examples } = gradients;
  /** The gradients with respect to a value, times it. */
  const column = (value: number) => gradients.column(value).map((x) => x * (weights[value] as number));
  const all = gradients.transposedTimes(sums).map((sum, i) => (2 * sum * (weights[i] as number)) / examples);
  const of = (wanted: 0 | 1) =>
    Array.from(kept.keys()).filter((i) => kept[i] === wanted && inGroup(i) && weights[i] !== 0);
  // How much less the change is without a pruned value, and how much more with a kept one.
  const less = (i: number) => (all[i] as number) - (own[i] as number);
  const gone = of(0).sort((a, b) => less(b) - less(a) || a - b);
  const [first] = gone;
  if (first === undefined) return 0;
  const beside = gradients.transposedTimes(column(first));
  const more = all.map(
    (sum, i) => sum + (own[i] as number) - (2 * (beside[i] as number) * (weights[i] as number)) / examples,
  );
  const stay = of(1).sort((a, b) => (more[a] as number) - (more[b] as number) || a - b);

  const taken = new Set<number>();
  let failures = 0;
  for (let rank = 0; rank < gone.length && failures <= MOST_FAILURES; rank++) {
    const back = gone[rank] as number;
    const backs = column(back);
    const end = Math.min(stay.length, rank === 0 ? 1 : rank + RANGE);
    let found = false;
    for (let i = Math.max(0, rank - RANGE); i < end && !found; i++) {
      const away = stay[i] as number;
      if (taken.has(away)) continue;
      const step = column(away);
      for (let n = 0; n < examples; n++) step[n] = (step[n] as number) - (backs[n] as number);
      const change = (2 * dot(sums, step) + dot(step, step)) / examples;
      if (!(change <= -THRESHOLD)) continue;
      for (let n = 0; n < examples; n++) sums[n] = (sums[n] as number) + (step[n] as number);
      kept[back] = 1;
      kept[away] = 0;
      taken.add(away);
      found = true;
    }
    if (found) continue;
    // The best pair of all says whether there is any.
    if (rank === 0) return 0;
    failures++;
  }
  return taken.size;
}
