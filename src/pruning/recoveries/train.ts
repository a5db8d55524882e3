import * as z from "zod";
import { defineRecovery } from "../recovery.ts";

/**
 * The training itself, from where the network was pruned: with a mask from the start it is sparse training, with a
 * schedule that prunes meanwhile it is gradual pruning as published (Zhu and Gupta 2017).
 */
export const train = defineRecovery({
  name: "train",
  summary: "The training, as train says, from the step at which the network is pruned to its end.",
  paper: {
    citation: "Zhu and Gupta 2017, To prune, or not to prune",
    url: "https://arxiv.org/abs/1710.01878",
  },
  options: z.strictObject({}),
  startsAtPruning: true,
  // Before the first step the optimizer is fresh either way.
  retraining: (_, start = 0) => ({
    training: "train",
    rewindTo: start,
    optimizer: start === 0 ? "fresh" : "rewound",
  }),
});
