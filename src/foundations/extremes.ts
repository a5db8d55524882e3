/**
 * The least and the greatest of any number of values; of none they are Infinity and -Infinity. Math.min takes values as
 * arguments, of which a stack holds some ten thousands.
 */
export function leastOf(values: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) least = Math.min(least, value);
  return least;
}

export function greatestOf(values: Iterable<number>): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) greatest = Math.max(greatest, value);
  return greatest;
}
