import type { Allocation } from "../allocation.ts";
import { pruneLowest, roundHalfToEven } from "../top-k.ts";

/** The scores of all tensors compete for one budget. */
export const global = {
  name: "global",
  summary: "One ranking over all layers: some lose more than others.",
  masks: (scores, sparsity) => {
    const starts: number[] = [];
    let size = 0;
    for (const tensor of scores) {
      starts.push(size);
      size += tensor.length;
    }
    const pooled = new Float32Array(size);
    scores.forEach((tensor, i) => pooled.set(tensor, starts[i]));
    const mask = pruneLowest(pooled, roundHalfToEven(sparsity * size));
    return starts.map((start, i) => mask.slice(start, starts[i + 1]));
  },
} as const satisfies Allocation;
