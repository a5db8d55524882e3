import type { LearningRateSchedule } from "./options.ts";

/** Where in the training a step lies. */
export interface StepPosition {
  /** From 0. */
  readonly epoch: number;
  /** Steps taken since the start of the training. */
  readonly step: number;
  readonly totalSteps: number;
}

/** The learning rate of one step; `initial` is the optimizer's own. */
export function learningRateAt(
  schedule: LearningRateSchedule,
  initial: number,
  position: StepPosition,
): number {
  switch (schedule.name) {
    case "constant":
      return initial;
    case "step":
      return initial * schedule.factor ** Math.floor(position.epoch / schedule.every);
    case "cosine": {
      // Loshchilov & Hutter 2017, equation 5, without restarts.
      const progress = position.step / position.totalSteps;
      return initial * (schedule.final + (1 - schedule.final) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
  }
}

/** Whether the learning rate may change from one step to the next, not only between epochs. */
export function changesByStep(schedule: LearningRateSchedule): boolean {
  return schedule.name === "cosine";
}
