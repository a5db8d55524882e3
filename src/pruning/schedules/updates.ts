import type { Regrowth } from "../regrowth.ts";
import type { CourseStep } from "../schedule.ts";

/** When weights are dropped and grown, and how many. */
export interface Updates {
  /** Optimizer steps between two updates. */
  readonly every: number;
  /** Part of the kept weights, 0..1, at the start. */
  readonly drop: number;
  /** Part of the training after which the mask stays. */
  readonly until: number;
  readonly decay: "cosine" | "constant";
}

/**
 * The course of a training with a sparse network from the start: pruned before the first step, then updated. With cosine
 * decay the update at step t of n drops drop / 2 x (1 + cos(pi t / n)) (Evci et al. 2020, section 3).
 */
export function sparseCourse(
  target: number,
  steps: number,
  { every, drop, until, decay }: Updates,
  regrowth: Omit<Regrowth, "drop">,
): CourseStep[] {
  const end = until * steps;
  const course: CourseStep[] = [{ step: 0, sparsity: target }];
  for (let step = every; step < end; step += every) {
    const part = decay === "cosine" ? 0.5 * (1 + Math.cos((Math.PI * step) / end)) : 1;
    course.push({ step, regrowth: { ...regrowth, drop: drop * part } });
  }
  return course;
}
