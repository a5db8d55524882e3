import { addTo, dot } from "./arrays.ts";
import { fisherTimes, type Pivots } from "./pivots.ts";

/**
 * What the kept values change by when the others change to 0, so that the loss changes the least to second order:
 * the minimum over x of (1/N) |G_kept x - G_gone w|^2 + d |x|^2 (Yu et al. 2022, equation 8, for all values that go at
 * once). By conjugate gradients on (d I + F_kept,kept) x = F_kept,gone w, with F = (1/N) Gᵀ G.
 */
export function compensation(
  pivots: Pivots,
  kept: Uint8Array,
  weights: Float64Array,
  dampening: number,
): Float64Array {
  const gone = weights.map((weight, i) => (kept[i] === 1 ? 0 : weight));
  const residual = fisherTimes(pivots, gone, kept);
  const solution = new Float64Array(weights.length);
  let direction = residual.slice();
  let square = dot(residual, residual);
  const enough = square * TOLERANCE ** 2;
  for (let iteration = 0; iteration < MOST_ITERATIONS && square > enough; iteration++) {
    const image = fisherTimes(pivots, direction, kept);
    addTo(image, direction, dampening);
    const length = square / dot(direction, image);
    addTo(solution, direction, length);
    addTo(residual, image, -length);
    const next = dot(residual, residual);
    const turned = residual.slice();
    addTo(turned, direction, next / square);
    direction = turned;
    square = next;
  }
  return solution;
}

/** Of the length of the residual that it begins with. */
const TOLERANCE = 1e-3;

const MOST_ITERATIONS = 300;
