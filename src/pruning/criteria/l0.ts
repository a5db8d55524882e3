import * as z from "zod";
import { defineCriterion } from "../criterion.ts";
import { type Gate, learnGates, sigmoid } from "./gates.ts";
import {
  batchSchema,
  gateRateSchema,
  learningExamplesSchema,
  learningPasses,
  penaltySchema,
  stepsSchema,
} from "./options.ts";

/** The stretched interval and the temperature, as published. */
const [LOW, HIGH, TEMPERATURE] = [-0.1, 1.1, 2 / 3];

/** The hard concrete gate, equations 10 to 12: sigmoid((log u - log(1 - u) + logit) / temperature), stretched and cut. */
function hardConcrete(penalty: number): Gate {
  const shift = TEMPERATURE * Math.log(-LOW / HIGH);
  return {
    open: (logit, uniform) => {
      const s = sigmoid((Math.log(uniform / (1 - uniform)) + logit) / TEMPERATURE);
      return Math.min(1, Math.max(0, s * (HIGH - LOW) + LOW));
    },
    // With s as before the stretching; 0 where it was cut.
    slope: (_, open) => {
      if (open === 0 || open === 1) return 0;
      const s = (open - LOW) / (HIGH - LOW);
      return ((HIGH - LOW) * s * (1 - s)) / TEMPERATURE;
    },
    // Of penalty x the probability that the gate is not 0.
    penaltySlope: (logit) => {
      const open = sigmoid(logit - shift);
      return penalty * open * (1 - open);
    },
  };
}

/**
 * L0 regularisation: gates before the weights are trained with a penalty on how many are open, in expectation; the
 * score is the gate's logit. The weights stay as they are, and the budget is exact, whatever the penalty left open.
 */
export const l0 = defineCriterion({
  name: "l0",
  summary: "A hard concrete gate before each weight, trained with a penalty on open ones.",
  paper: {
    citation: "Louizos et al. 2018, Learning sparse neural networks through L0 regularization",
    url: "https://arxiv.org/abs/1712.01312",
  },
  options: z.strictObject({
    steps: stepsSchema,
    batchSize: batchSchema,
    examples: learningExamplesSchema,
    learningRate: gateRateSchema,
    penalty: penaltySchema,
  }),
  needs: ({ examples }) => ({ objective: { examples } }),
  objectivePasses: learningPasses,
  scores: (evidence, options) => learnGates(evidence, options, hardConcrete(options.penalty)),
});
