import { addTo, dot } from "./arrays.ts";
import type { ExampleGradients } from "./example-gradients.ts";
import { factorize, type Lower, solveLower, solveTransposed } from "./triangular.ts";

/**
 * The inverse of F = d I + (1/N) Gᵀ G, the empirical Fisher information of N examples with a dampening d.
 *
 * Woodbury's identity needs the products of all gradients with each other; but the gradients of examples that are
 * much alike say little each. So R of them are chosen, the pivots, and all others are taken for the sums B of pivots that they are
 * next to: G = B G_p. They are chosen by a Cholesky factorization of G Gᵀ = L Lᵀ with diagonal pivoting (Harbrecht et al.
 * 2012), of which it never needs more than R columns, and which tells how much is still left out: it ends where that is
 * a ten-thousandth of the dampening. With L_p, the rows of the pivots, and M = Lᵀ L / N,
 *
 *     F^-1 = (I - G_pᵀ X^-1 G_p) / d      X = L_p (I + d M^-1) L_pᵀ
 */
export class FisherInverse {
  readonly #gradients: ExampleGradients;
  readonly #dampening: number;
  /** The examples of the pivots. */
  readonly #pivots: readonly number[];
  /** The lower triangular factor of X. */
  readonly #factor: Lower;

  constructor(gradients: ExampleGradients, dampening: number) {
    this.#gradients = gradients;
    this.#dampening = dampening;
    const { pivots, columns } = pivotedColumns(gradients, TOLERANCE * dampening * gradients.values);
    this.#pivots = pivots;
    this.#factor = factorOfX(pivots, columns, dampening, gradients.examples);
  }

  /** The diagonal of the inverse. */
  diagonal(): Float64Array {
    const { values } = this.#gradients;
    const rank = this.#pivots.length;
    const diagonal = new Float64Array(values);
    for (let from = 0; from < values; from += CHUNK) {
      const columns = Math.min(CHUNK, values - from);
      const solved = this.#gradients.rows(this.#pivots, from, columns);
      solveLower(this.#factor, rank, solved, columns);
      for (let i = 0; i < columns; i++) {
        let sum = 0;
        for (let row = 0; row < rank; row++) sum += (solved[row * columns + i] as number) ** 2;
        diagonal[from + i] = (1 - sum) / this.#dampening;
      }
    }
    return diagonal;
  }

  /** F^-1 v */
  times(v: Float64Array): Float64Array {
    const all = this.#gradients.times(v);
    const solution = Float64Array.from(this.#pivots, (example) => all[example] as number);
    solveLower(this.#factor, solution.length, solution, 1);
    solveTransposed(this.#factor, solution.length, solution);
    const spread = new Float64Array(this.#gradients.examples);
    for (const [i, example] of this.#pivots.entries()) spread[example] = solution[i] as number;
    const taken = this.#gradients.transposedTimes(spread);
    return v.map((value, i) => (value - (taken[i] as number)) / this.#dampening);
  }
}

/** What is left out of (1/N) Gᵀ G, on average over the diagonal, in parts of the dampening. */
const TOLERANCE = 1e-4;

/** Columns that are solved for at once: of a thousand rows they fit in a cache. */
const CHUNK = 64;

/** Below this part of the longest gradient's square, what is left of one is rounding. */
const ROUNDING = 1e-12;

/** Columns of L, one number an example, until the mean square of what is left of the gradients is `enough`. */
function pivotedColumns(gradients: ExampleGradients, enough: number) {
  const { examples } = gradients;
  const left = gradients.lengths();
  const smallest = ROUNDING * left.reduce((a, b) => Math.max(a, b), 0);
  const pivots: number[] = [];
  const columns: Float64Array[] = [];
  while (pivots.length < examples && sum(left) > enough * examples) {
    const pivot = left.reduce((best, value, i) => (value > (left[best] as number) ? i : best), 0);
    const square = left[pivot] as number;
    if (square <= smallest) break;
    const column = gradients.productsWith(pivot);
    for (const before of columns) addTo(column, before, -(before[pivot] as number));
    const root = Math.sqrt(square);
    for (let n = 0; n < examples; n++) {
      const value = (column[n] as number) / root;
      column[n] = value;
      left[n] = Math.max(0, (left[n] as number) - value * value);
    }
    left[pivot] = 0;
    pivots.push(pivot);
    columns.push(column);
  }
  return { pivots, columns };
}

/** X = L_p L_pᵀ + d Zᵀ Z with Z = R^-1 L_pᵀ, of M = R Rᵀ. */
function factorOfX(
  pivots: readonly number[],
  columns: readonly Float64Array[],
  dampening: number,
  examples: number,
): Lower {
  const rank = pivots.length;
  const root = factorize(
    symmetric(rank, (i, j) => dot(columns[i] as Float64Array, columns[j] as Float64Array) / examples),
    rank,
  );
  const own = new Float64Array(rank * rank);
  const solved = new Float64Array(rank * rank);
  for (const [k, column] of columns.entries()) {
    for (const [i, pivot] of pivots.entries()) {
      own[i * rank + k] = column[pivot] as number;
      solved[k * rank + i] = column[pivot] as number;
    }
  }
  solveLower(root, rank, solved, rank);
  const transposed = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) {
    for (let k = 0; k < rank; k++) transposed[i * rank + k] = solved[k * rank + i] as number;
  }
  const row = (matrix: Float64Array, i: number) => matrix.subarray(i * rank, (i + 1) * rank);
  return factorize(
    symmetric(
      rank,
      (i, j) => dot(row(own, i), row(own, j)) + dampening * dot(row(transposed, i), row(transposed, j)),
    ),
    rank,
  );
}

function symmetric(size: number, value: (i: number, j: number) => number): Lower {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) matrix[i * size + j] = value(i, j);
  return matrix;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
