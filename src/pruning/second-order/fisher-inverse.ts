import { dot } from "./arrays.ts";
import type { Pivots } from "./pivots.ts";
import { factorize, type Lower, solveLower, solveTransposed } from "./triangular.ts";

/**
 * The inverse of F = d I + (1/N) Gᵀ G, the empirical Fisher information with a dampening d, by Woodbury's identity:
 *
 *     F^-1 = (I - G_pᵀ X^-1 G_p) / d      X = d S^-1 + G_p G_pᵀ = L_p (I + d M^-1) L_pᵀ
 *
 * with the pivots G_p, L_p, M and S of `Pivots`.
 */
export class FisherInverse {
  readonly #pivots: Pivots;
  readonly #dampening: number;
  /** The lower triangular factor of X. */
  readonly #factor: Lower;

  constructor(pivots: Pivots, dampening: number) {
    this.#pivots = pivots;
    this.#dampening = dampening;
    this.#factor = factorOfX(pivots, dampening);
  }

  /** The diagonal of the inverse. */
  diagonal(): Float64Array {
    const { gradients } = this.#pivots;
    const rank = gradients.examples;
    const diagonal = new Float64Array(gradients.values);
    for (let from = 0; from < diagonal.length; from += CHUNK) {
      const columns = Math.min(CHUNK, diagonal.length - from);
      const solved = gradients.rows(from, columns);
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
    const { gradients } = this.#pivots;
    const solution = gradients.times(v);
    solveLower(this.#factor, solution.length, solution, 1);
    solveTransposed(this.#factor, solution.length, solution);
    const taken = gradients.transposedTimes(solution);
    return v.map((value, i) => (value - (taken[i] as number)) / this.#dampening);
  }
}

/** Columns that are solved for at once: of a thousand rows they fit in a cache. */
const CHUNK = 64;

/** X = L_p L_pᵀ + d Zᵀ Z with Z = R^-1 L_pᵀ, of M = R Rᵀ. */
function factorOfX({ gradients, lower, products }: Pivots, dampening: number): Lower {
  const rank = gradients.examples;
  const solved = transposed(lower, rank);
  solveLower(factorize(products.slice(), rank), rank, solved, rank);
  const columns = transposed(solved, rank);
  const row = (matrix: Float64Array, i: number) => matrix.subarray(i * rank, (i + 1) * rank);
  const x = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j <= i; j++) {
      const own = dot(row(lower, i), row(lower, j));
      x[i * rank + j] = own + dampening * dot(row(columns, i), row(columns, j));
    }
  }
  return factorize(x, rank);
}

function transposed(matrix: Float64Array, size: number): Float64Array {
  const other = new Float64Array(matrix.length);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) other[i * size + k] = matrix[k * size + i] as number;
  }
  return other;
}
