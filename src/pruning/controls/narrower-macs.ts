import { narrower } from "../constructions/narrower.ts";
import { defineControl, type StudyControl } from "../control.ts";

/** The dense network with as many multiply-accumulates, trained from scratch with as much computation (Liu et al. 2019). */
export const narrowerMacs = defineControl<"narrower-macs", StudyControl>({
  name: "narrower-macs",
  summary: "A dense network with as many multiply-accumulates, trained from scratch.",
  paper: {
    citation: "Liu et al. 2019, Rethinking the value of network pruning",
    url: "https://arxiv.org/abs/1810.05270",
  },
  of: "study",
  comparison: {
    noun: "a dense network of as many multiply-accumulates",
    better: "pruning finds what a small dense network does not",
    alike: "pruning is not shown to be better than a small dense network",
    worse: "a small dense network is the better choice",
  },
  construction: { name: narrower.name, match: "macs", shape: "even", effort: "compute" },
});
