/**
 * p-values adjusted for being many, by Holm's step-down method (1979), in the order given. Calling every test
 * significant whose adjusted p-value is at most alpha gives a false one in at most a fraction alpha of all
 * families, however the tests depend on each other.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [rank, { p, index }] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}
