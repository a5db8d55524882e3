import { durationText } from "../foundations/duration.ts";
import { hasAll, type Share } from "./share.ts";

/** Runs that are finished and have to be computed again, for what they were not stored with. */
export interface ComputedAgain {
  readonly runs: number;
  /** What they took the first time, all together. */
  readonly seconds: number;
  /** Whether it is for weights that are to be kept, and not only for runs that start from them. */
  readonly forCheckpoints: boolean;
}

export function againOf({ again, work }: Pick<Share, "again" | "work">): ComputedAgain {
  return {
    runs: again.length,
    seconds: again.reduce((sum, { held }) => sum + held.timing.seconds, 0),
    forCheckpoints: again.some(({ run, held }) => !hasAll(held, work.keeps(run))),
  };
}

/** Says why finished runs are computed again, and at what cost. */
export function againText({ runs, seconds, forCheckpoints }: ComputedAgain): string {
  const [subject, again] = runs === 1 ? ["1 finished run is", "is"] : [`${runs} finished runs are`, "are"];
  const need = forCheckpoints ? "--checkpoints all needs" : "runs that start from them need";
  return (
    `${subject} stored without weights, which ${need}, and ${again} computed again ` +
    `(${durationText(Math.max(1, seconds))} of computing the first time). The figures stay the same.`
  );
}
