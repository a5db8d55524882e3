/** The name of a member of each axis. */
export type Combination<Axis extends string> = Readonly<Record<Axis, string>>;

/** Every member with every one of the other axes. */
export function product<Axis extends string>(
  members: Readonly<Record<Axis, readonly string[]>>,
): readonly Combination<Axis>[] {
  let combinations: Partial<Record<Axis, string>>[] = [{}];
  for (const [axis, names] of Object.entries(members) as [Axis, readonly string[]][]) {
    combinations = combinations.flatMap((others) => names.map((name) => ({ ...others, [axis]: name })));
  }
  return combinations as Combination<Axis>[];
}

/** Every two members of a combination: `schedule set, recovery none`. */
export function pairsOf(combination: Combination<string>): readonly string[] {
  const members = Object.entries(combination).map(([axis, name]) => `${axis} ${name}`);
  return members.flatMap((a, i) => members.slice(i + 1).map((b) => `${a}, ${b}`));
}

/**
 * Few of the combinations, which have every pair of members that any of them has; the same ones every time. Each time the first of
 * those that add the most pairs, which are no more than before: so all are gone through once for each number of pairs.
 */
export function covering<Axis extends string>(
  combinations: readonly Combination<Axis>[],
): Combination<Axis>[] {
  const candidates = combinations.map((combination) => ({
    combination,
    pairs: pairsOf(combination),
  }));
  const missing = new Set(candidates.flatMap(({ pairs }) => pairs));
  const chosen: Combination<Axis>[] = [];
  for (let most = candidates[0]?.pairs.length ?? 0; most > 0; most--) {
    for (const { combination, pairs } of candidates) {
      if (pairs.filter((pair) => missing.has(pair)).length < most) continue;
      chosen.push(combination);
      for (const pair of pairs) missing.delete(pair);
    }
  }
  return chosen;
}
