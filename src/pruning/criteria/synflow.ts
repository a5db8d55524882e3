import * as z from "zod";
import { defineCriterion, scoreEach, tensorOf } from "../criterion.ts";

/**
 * weight x gradient of the flow: how much of the sum over all paths of absolute weights from the inputs to the
 * outputs goes through the weight. Looks at no data, and at no biases: as much then flows through every layer. So, in
 * rounds, no layer is pruned away whole (Tanaka et al. 2020, equation 2 and algorithm 1).
 */
export const synflow = defineCriterion({
  name: "synflow",
  summary: "Flow of absolute weights through the weight, without data, in rounds.",
  paper: {
    citation:
      "Tanaka et al. 2020, Pruning neural networks without any data by iteratively conserving synaptic flow",
    url: "https://arxiv.org/abs/2006.05467",
  },
  version: 2,
  options: z.strictObject({
    rounds: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .describe("Times that a part is pruned and the rest scored again."),
  }),
  needs: () => ({ gradients: { of: "flow" } }),
  rounds: ({ rounds }) => rounds,
  scores: (evidence) =>
    scoreEach(evidence, (values, { name }) => {
      const gradients = tensorOf(evidence.gradients, name);
      return values.map((value, i) => Math.abs(value * (gradients[i] as number)));
    }),
});
