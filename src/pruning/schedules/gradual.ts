import * as z from "zod";
import { inputError } from "../../foundations/errors.ts";
import { defineSchedule, type PruningStep } from "../schedule.ts";

const part = z.number().min(0).max(1);

/** More and more while the network trains: s(t) = target (1 - (1 - t)^3) (Zhu and Gupta 2017, equation 1). */
export const gradual = defineSchedule({
  name: "gradual",
  summary: "Step by step while the network recovers, fast at first (cubic).",
  paper: {
    citation: "Zhu and Gupta 2017, To prune, or not to prune",
    url: "https://arxiv.org/abs/1710.01878",
  },
  options: z.strictObject({
    from: part.default(0.05).describe("Where pruning begins, as a fraction of the recovery's steps."),
    to: part.default(0.6).describe("Where the target is reached, as a fraction of the recovery's steps."),
    every: z.int().min(1).default(100).describe("Steps between two prunings."),
  }),
  levels: (target) => [target],
  during: (target, steps, { from, to, every }) => {
    if (from > to) throw inputError(`The schedule gradual ends at ${to} before it begins at ${from}.`);
    const first = Math.floor(from * steps);
    const last = Math.floor(to * steps);
    const course: PruningStep[] = [];
    for (let step = first; step < last; step += every) {
      const progress = (step - first) / (last - first);
      course.push({ step, sparsity: target * (1 - (1 - progress) ** 3) });
    }
    return [...course, { step: last, sparsity: target }];
  },
});
