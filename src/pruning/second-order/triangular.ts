/** Square matrices of float64, row-major, of which the lower triangle alone is read and written. */
export type Lower = Float64Array;

/**
 * The lower triangular factor T of a symmetric positive definite matrix, T Tᵀ, in the matrix's place. Throws a
 * RangeError when a pivot is not positive.
 */
export function factorize(matrix: Lower, size: number): Lower {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = (matrix[i * size + j] as number) - rowProduct(matrix, size, i, j);
      if (j < i) {
        matrix[i * size + j] = rest / (matrix[j * size + j] as number);
      } else {
        if (!(rest > 0)) throw new RangeError(`the matrix is not positive definite: pivot ${i} is ${rest}`);
        matrix[i * size + i] = Math.sqrt(rest);
      }
    }
  }
  return matrix;
}

/** The product of two rows of a triangle, in front of column j. */
function rowProduct(matrix: Lower, size: number, i: number, j: number): number {
  let s0 = 0;
  let s1 = 0;
  const a = i * size;
  const b = j * size;
  const even = j - (j % 2);
  for (let k = 0; k < even; k += 2) {
    s0 += (matrix[a + k] as number) * (matrix[b + k] as number);
    s1 += (matrix[a + k + 1] as number) * (matrix[b + k + 1] as number);
  }
  if (even < j) s0 += (matrix[a + even] as number) * (matrix[b + even] as number);
  return s0 + s1;
}

/** Solves T X = B in the place of B: [size, columns], row-major. */
export function solveLower(lower: Lower, size: number, right: Float64Array, columns: number): void {
  for (let i = 0; i < size; i++) {
    const row = right.subarray(i * columns, (i + 1) * columns);
    subtractRows(row, lower.subarray(i * size, i * size + i), right, columns);
    const pivot = lower[i * size + i] as number;
    for (let c = 0; c < columns; c++) row[c] = (row[c] as number) / pivot;
  }
}

/** row -= factors x rows, four of them at a time: each value of the row is read and written once for four. */
function subtractRows(row: Float64Array, factors: Float64Array, rows: Float64Array, columns: number): void {
  const whole = factors.length - (factors.length % 4);
  for (let k = 0; k < whole; k += 4) {
    const f0 = factors[k] as number;
    const f1 = factors[k + 1] as number;
    const f2 = factors[k + 2] as number;
    const f3 = factors[k + 3] as number;
    const start = k * columns;
    for (let c = 0; c < columns; c++) {
      const at = start + c;
      row[c] =
        (row[c] as number) -
        (f0 * (rows[at] as number) + f1 * (rows[at + columns] as number)) -
        (f2 * (rows[at + 2 * columns] as number) + f3 * (rows[at + 3 * columns] as number));
    }
  }
  for (let k = whole; k < factors.length; k++) {
    const factor = factors[k] as number;
    for (let c = 0; c < columns; c++)
      row[c] = (row[c] as number) - factor * (rows[k * columns + c] as number);
  }
}

/** Solves Tᵀ x = b in the place of b. */
export function solveTransposed(lower: Lower, size: number, right: Float64Array): void {
  for (let i = size - 1; i >= 0; i--) {
    const x = (right[i] as number) / (lower[i * size + i] as number);
    right[i] = x;
    for (let j = 0; j < i; j++) right[j] = (right[j] as number) - x * (lower[i * size + j] as number);
  }
}
