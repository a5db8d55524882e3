export type Numbers = Float32Array | Float64Array;

/** Value by value. */
export function product(a: Numbers, b: Numbers): Float64Array {
  const products = new Float64Array(a.length);
  for (let n = 0; n < products.length; n++) products[n] = (a[n] as number) * (b[n] as number);
  return products;
}

/** sums += factor x values */
export function addTo(sums: Float64Array, values: Numbers, factor: number): void {
  for (let n = 0; n < sums.length; n++) sums[n] = (sums[n] as number) + factor * (values[n] as number);
}

/**
 * sums += the sum of factor x column over some columns, four of them at a time: the sums are read and written once for
 * four.
 */
export function addCombination(
  sums: Float64Array,
  columns: readonly Numbers[],
  factors: readonly number[],
): void {
  const whole = columns.length - (columns.length % 4);
  for (let k = 0; k < whole; k += 4) {
    const [a, b, c, d] = columns.slice(k, k + 4) as [Numbers, Numbers, Numbers, Numbers];
    const [fa, fb, fc, fd] = factors.slice(k, k + 4) as [number, number, number, number];
    for (let n = 0; n < sums.length; n++) {
      sums[n] =
        (sums[n] as number) +
        (fa * (a[n] as number) + fb * (b[n] as number)) +
        (fc * (c[n] as number) + fd * (d[n] as number));
    }
  }
  for (let k = whole; k < columns.length; k++) addTo(sums, columns[k] as Numbers, factors[k] as number);
}

/** The scalar product, in four sums, so that an addition need not wait for the one before it. */
export function dot(a: Numbers, b: Numbers): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const whole = a.length - (a.length % 4);
  for (let n = 0; n < whole; n += 4) {
    s0 += (a[n] as number) * (b[n] as number);
    s1 += (a[n + 1] as number) * (b[n + 1] as number);
    s2 += (a[n + 2] as number) * (b[n + 2] as number);
    s3 += (a[n + 3] as number) * (b[n + 3] as number);
  }
  for (let n = whole; n < a.length; n++) s0 += (a[n] as number) * (b[n] as number);
  return s0 + s1 + s2 + s3;
}
