/** What is timed. */
export interface Contender {
  /** Seconds of so many calls, one after the other. */
  readonly time: (calls: number) => Promise<number>;
}

export interface Rounds {
  readonly rounds: number;
  /** Of all rounds together, but for turns that cannot be shorter. */
  readonly seconds: number;
  /** How many rounds are over. */
  readonly onRound?: (done: number) => void;
}

/** A turn is at least so long: the clock, and whatever the system does, is then a small part of it. */
const SHORTEST_TURN_SECONDS = 0.005;

/**
 * Times contenders in turns, so that whatever else the machine does meets all of them alike; another one begins each
 * round, so that none always follows the same. Before that each runs until it fills a turn, and a round that does not
 * count warms up caches, clock rates and compilers. Gives the seconds of a call by contender and round.
 */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, seconds, onRound = () => {} }: Rounds,
): Promise<number[][]> {
  const turnSeconds = Math.max(SHORTEST_TURN_SECONDS, seconds / (rounds + 1) / contenders.length);
  const turns: { contender: Contender; calls: number; times: number[] }[] = [];
  for (const contender of contenders) {
    turns.push({ contender, calls: await callsIn(contender, turnSeconds), times: [] });
  }
  for (let round = 0; round <= rounds; round++) {
    const first = round % turns.length;
    for (const { contender, calls, times } of [...turns.slice(first), ...turns.slice(0, first)]) {
      const taken = await contender.time(calls);
      if (round > 0) times.push(taken / calls);
    }
    onRound(round);
  }
  return turns.map(({ times }) => times);
}

/** How many calls take so long. */
async function callsIn({ time }: Contender, seconds: number): Promise<number> {
  for (let calls = 1; ; calls *= 2) {
    const taken = await time(calls);
    if (taken >= seconds / 2) return Math.max(1, Math.ceil((calls * seconds) / taken));
  }
}

/** A quantile of some values, between two of them in proportion (Hyndman and Fan's 7th, which NumPy and R have). */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = fraction * (sorted.length - 1);
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
  return below + (place % 1) * (above - below);
}
