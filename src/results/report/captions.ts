import type { ChartName } from "../../charts/rendering/render.ts";

/** How to read each chart, in a sentence or two. */
export const captions = {
  "accuracy-vs-sparsity":
    "Both scales count what is missing: 98 and 99% pruned stand as far apart as 50 and 75%, and 97 and 98.5% right as far apart as 50 and 75%.",
  "accuracy-vs-size":
    "The size counts each tensor in its smallest encoding, with 32-bit values: dense, with a bitmask, or as CSR.",
  "accuracy-vs-macs":
    "Counted, not timed: how many multiplications one example needs if pruned weights cost nothing.",
  "accuracy-heatmap": "The figures of the first chart as a table.",
  recovery: "The longer the line, the more fine-tuning gives back.",
  finetuning: "Where a line still rises at its end, more epochs would give more.",
  "layer-sparsity": "Left of the rule a layer is spared, right of it a layer pays for the others.",
  "weight-histograms":
    "Magnitude pruning cuts out the middle; fine-tuning widens what is left. Zeros are told in words, they would dwarf the rest.",
  "weight-magnitudes":
    "A sharp border between grey and color is a threshold; a mixture is a criterion other than magnitude.",
  "mask-blocks": "Columns that are empty throughout are inputs that the layer ignores.",
} as const satisfies Record<ChartName, string>;
