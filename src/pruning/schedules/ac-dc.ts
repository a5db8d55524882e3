import * as z from "zod";
import { inputError } from "../../foundations/errors.ts";
import { type CourseStep, defineSchedule } from "../schedule.ts";

const part = z.number().gt(0).lt(1);

/**
 * Alternating compressed and decompressed training: after a dense warm-up, phases with the smallest weights pruned and
 * phases with all weights take turns, what comes back starting at 0; the last phase is compressed, and the one before it
 * dense, longer where need be (Peste et al. 2021, algorithm 1). The published recipe for 100 epochs: 10 to warm up, phases
 * of 5, the last dense one of 10, 15 compressed at the end.
 */
export const acDc = defineSchedule({
  name: "ac-dc",
  summary: "Compressed and decompressed phases of the training take turns; the last is compressed.",
  paper: {
    citation:
      "Peste et al. 2021, AC/DC: alternating compressed/decompressed training of deep neural networks",
    url: "https://arxiv.org/abs/2106.12379",
  },
  options: z.strictObject({
    warmUp: part.default(0.1).describe("First, dense part of the training."),
    phase: part.default(0.05).describe("Length of a phase, as a part of the training."),
    final: part.default(0.15).describe("Last, compressed part of the training."),
  }),
  startsAt: () => 0,
  levels: (target) => [target],
  during: (target, steps, { warmUp, phase, final }) => {
    if (warmUp + final > 1) {
      throw inputError(
        `The schedule ac-dc has a warm-up of ${warmUp} and a last phase of ${final}: over 1 together.`,
      );
    }
    const last = Math.floor((1 - final) * steps);
    const course: CourseStep[] = [];
    const start = (i: number) => Math.floor((warmUp + i * phase) * steps);
    for (let i = 0; start(i) < last; i++) {
      const step = start(i);
      const compressed = i % 2 === 0;
      // Phases shorter than a step fall together; and the phase before the last one is dense.
      if (step === course.at(-1)?.step || (compressed && i > 0 && start(i + 1) >= last)) continue;
      course.push({ step, sparsity: compressed ? target : 0, anew: true });
    }
    return [...course, { step: last, sparsity: target, anew: true }];
  },
});
