import { defineControl, type MethodControl } from "../control.ts";

/**
 * The mask that the method ends with, on initial values that are drawn anew, trained from there as `train` says, then
 * recovered as often as the method where that goes on from its weights (Frankle and Carbin 2019, section 2; Liu et al. 2019).
 */
export const reinitialized = defineControl<"reinitialized", MethodControl>({
  name: "reinitialized",
  summary: "The method's final mask on another initialization, trained as long as the method's network.",
  paper: {
    citation: "Frankle and Carbin 2019, The lottery ticket hypothesis",
    url: "https://arxiv.org/abs/1803.03635",
  },
  of: "method",
  comparison: {
    noun: "its mask on re-initialised weights",
    better: "the mask alone does not explain it: the values of the weights matter",
    alike: "the values that the weights had are not shown to matter, beyond the mask",
    worse: "the mask is worth more with a training of its own than with the weights that it came from",
  },
  takesMask: { mask: "kept", weights: "reinitialized" },
});
