/**
 * A kept weight costs 2 to 3 times what it costs in a dense layer, so that below about two fifths the sparse code
 * wins; activations, biases and reading the examples cost the same at any density. See docs/performance.md.
 */
export function costAtDensity(density: number): number {
  return Math.min(1, 0.04 + 2.5 * density);
}
