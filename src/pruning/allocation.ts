/** Says how the budget is spread over the tensors. It sees scores, never weights or criteria. */
export interface Allocation {
  readonly name: string;
  readonly summary: string;
  /**
   * The masks (1 keep, 0 prune) of tensors with these scores, in layer order, at a sparsity in 0..1. The
   * lowest scores go; of equal ones those of the lower flat index, counted through all tensors.
   */
  masks(scores: readonly Float32Array[], sparsity: number): Uint8Array[];
}
