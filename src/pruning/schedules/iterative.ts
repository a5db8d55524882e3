import * as z from "zod";
import { defineSchedule } from "../schedule.ts";

/** Of a network that keeps less than this, the rest goes at once. */
const LEAST_KEPT = 1e-4;

/**
 * Prune a part of what remains, recover, and again (Han et al. 2015; Frankle and Carbin 2019). The last level prunes
 * less where the target lies between two.
 */
export const iterative = defineSchedule({
  name: "iterative",
  summary: "A fraction of what remains at a time, with a recovery after each.",
  paper: {
    citation: "Han et al. 2015, Learning both weights and connections for efficient neural networks",
    url: "https://arxiv.org/abs/1506.02626",
  },
  options: z.strictObject({
    fraction: z
      .number()
      .min(0.01)
      .lt(1)
      .default(0.2)
      .describe("Part of the remaining weights that a level prunes."),
    levels: z
      .array(z.number().gt(0).max(1))
      .min(1)
      .max(100)
      .refine((all) => all.every((level, i) => i === 0 || level > (all[i - 1] ?? 1)), {
        error: "sparsities must rise.",
      })
      .optional()
      .describe(
        "Sparsities to go through, rising, in place of a fraction; those below the target, then the target.",
      ),
  }),
  levels: (target, { fraction, levels: listed }) => {
    if (listed !== undefined) return [...listed.filter((level) => level < target), target];
    const levels: number[] = [];
    for (let kept = 1 - fraction; kept > LEAST_KEPT; kept *= 1 - fraction) {
      const level = Number((1 - kept).toFixed(6));
      if (level >= target) break;
      levels.push(level);
    }
    return [...levels, target];
  },
});
