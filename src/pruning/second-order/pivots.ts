import { addCombination, dot } from "./arrays.ts";
import type { ExampleGradients } from "./example-gradients.ts";
import { type Lower, solveLower, solveTransposed } from "./triangular.ts";

/**
 * The matrix (1/N) Gᵀ G of the gradients of N examples, the empirical Fisher information, by those of R of them. The
 * gradients of examples that are alike say little each: all are taken for sums of the pivots', G = B G_p. These are chosen by a
 * Cholesky factorization of G Gᵀ = L Lᵀ with diagonal pivoting (Harbrecht et al. 2012), which never needs more than R columns
 * of it and tells how much is still left out. With L_p, the rows of L that belong to pivots, and M = Lᵀ L / N,
 *
 *     (1/N) Gᵀ G = G_pᵀ S G_p      S = L_p^-ᵀ M L_p^-1
 */
export interface Pivots {
  /** G_p: the gradients of the pivots. */
  readonly gradients: ExampleGradients;
  /** L_p, lower triangular. */
  readonly lower: Lower;
  /** M, whole. */
  readonly products: Float64Array;
}

/** Pivots with which on average no more than `enough` is left out of a value of the diagonal. */
export function pivotsOf(gradients: ExampleGradients, enough: number): Pivots {
  const { examples } = gradients;
  const { pivots, columns } = pivotedColumns(gradients, enough * gradients.values * examples);
  const rank = pivots.length;
  const lower = new Float64Array(rank * rank);
  const products = new Float64Array(rank * rank);
  for (const [k, column] of columns.entries()) {
    for (const [i, pivot] of pivots.entries()) lower[i * rank + k] = column[pivot] as number;
    for (let j = 0; j <= k; j++) {
      const product = dot(column, columns[j] as Float64Array) / examples;
      products[k * rank + j] = product;
      products[j * rank + k] = product;
    }
  }
  return { gradients: gradients.of(pivots), lower, products };
}

/** (1/N) Gᵀ G v; 0 for values that are not wanted. */
export function fisherTimes(
  { gradients, lower, products }: Pivots,
  v: Float64Array,
  wanted?: Uint8Array,
): Float64Array {
  const rank = gradients.examples;
  const inner = gradients.times(v);
  solveLower(lower, rank, inner, 1);
  const outer = inner.map((_, i) => dot(products.subarray(i * rank, (i + 1) * rank), inner));
  solveTransposed(lower, rank, outer);
  return gradients.transposedTimes(outer, wanted);
}

/** Below this part of the longest gradient's square, what is left of one is rounding. */
const ROUNDING = 1e-12;

/** Columns of L, one number an example, until no more than `enough` is left of the squares of all gradients. */
function pivotedColumns(gradients: ExampleGradients, enough: number) {
  const { examples } = gradients;
  const left = gradients.lengths();
  const smallest = ROUNDING * left.reduce((a, b) => Math.max(a, b), 0);
  const pivots: number[] = [];
  const columns: Float64Array[] = [];
  while (pivots.length < examples && left.reduce((a, b) => a + b, 0) > enough) {
    const pivot = left.reduce((best, value, i) => (value > (left[best] as number) ? i : best), 0);
    const square = left[pivot] as number;
    if (square <= smallest) break;
    const column = gradients.productsWith(pivot);
    addCombination(
      column,
      columns,
      columns.map((before) => -(before[pivot] as number)),
    );
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
