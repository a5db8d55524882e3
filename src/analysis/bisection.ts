/** Where a bisection over sparsities stands, in fractions of the weights that are kept. */
export interface Bracket {
  /** The least kept so far that lies inside the margin, and the most that lies outside. */
  readonly inside: number;
  readonly outside: number;
}

/**
 * The fraction kept to look at next: the geometric middle of the bracket, rounded to as many digits as tell two looks
 * apart. Undefined once the inside keeps at most `tolerance` more, as a part of the outside.
 *
 * By the logarithm of what is kept, since 98 and 99% pruned are as far apart as 50 and 75%.
 */
export function nextKept({ inside, outside }: Bracket, tolerance: number): number | undefined {
  if (inside <= outside * (1 + tolerance)) return undefined;
  const middle = Number(Math.sqrt(inside * outside).toPrecision(digitsFor(tolerance)));
  return middle < inside && middle > outside ? middle : undefined;
}

/** So many significant digits that numbers next to each other differ by half the tolerance at most. */
function digitsFor(tolerance: number): number {
  return Math.min(15, Math.max(2, Math.ceil(1 - Math.log10(tolerance / 2))));
}

/** The sparsity that keeps such a fraction, without the dust of binary fractions. */
export function sparsityKeeping(kept: number): number {
  return Number((1 - kept).toFixed(12));
}
