/** Counts in neighboring pairs of bins: half as many bins over the same range. */
export function inPairs(counts: readonly number[]): number[] {
  return Array.from(
    { length: counts.length / 2 },
    (_, i) => (counts[2 * i] as number) + (counts[2 * i + 1] as number),
  );
}

/**
 * Counts in equal bins over [-limit, limit], counted in `bins` equal ones over [-to, to], which is no narrower: a bin that
 * reaches over an edge is split in proportion.
 */
export function rebinned(
  counts: readonly number[],
  { limit, to, bins }: { readonly limit: number; readonly to: number; readonly bins: number },
): number[] {
  const result = new Array<number>(bins).fill(0);
  // In units of a new bin, from the left end of the first.
  const place = (edge: number) => (bins / 2) * (1 + ((2 * edge) / counts.length - 1) * (limit / to));
  counts.forEach((count, i) => {
    if (count === 0) return;
    const [from, until] = [place(i), place(i + 1)];
    for (let bin = Math.min(Math.floor(from), bins - 1); bin < until && bin < bins; bin++) {
      const part = Math.min(until, bin + 1) - Math.max(from, bin);
      (result[bin] as number) += (count * part) / (until - from);
    }
  });
  return result;
}
