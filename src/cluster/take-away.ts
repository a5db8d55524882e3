import { setTimeout as sleep } from "node:timers/promises";
import { PruneLabError } from "../foundations/errors.ts";
import { isActive, type Scheduler, TryLater } from "./scheduler.ts";

/** How long tasks get to end after they were cancelled: Slurm waits KillWait (30 s) before it kills. */
export const ENDING_SECONDS = 60;

/** The queue is looked at so seldom, or more seldom. */
export const SHORTEST_POLL_SECONDS = 1;

/**
 * Waits until no task of a name is in the queue, for `seconds` at most. Returns how many there are then. Throws what the
 * scheduler throws; a TryLater only when the time is over.
 */
export async function untilGone(scheduler: Scheduler, name: string, seconds: number): Promise<number> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    await sleep(SHORTEST_POLL_SECONDS * 1000);
    const isOver = Date.now() >= until;
    try {
      const left = (await scheduler.queue(name)).filter(isActive).length;
      if (left === 0 || isOver) return left;
    } catch (error) {
      if (!(error instanceof TryLater) || isOver) throw error;
    }
  }
}

/**
 * Takes all tasks of a name out of the queue, and waits until they have ended. Returns undefined, or that they have not,
 * in words that follow "but".
 */
export async function takeAway(
  scheduler: Scheduler,
  name: string,
  seconds = ENDING_SECONDS,
): Promise<string | undefined> {
  try {
    await scheduler.cancel(name);
    const left = await untilGone(scheduler, name, seconds);
    if (left === 0) {
      await scheduler.forget(name);
      return undefined;
    }
    return stillThere(left, seconds);
  } catch (error) {
    if (!(error instanceof TryLater || error instanceof PruneLabError)) throw error;
    return `the tasks could not be cancelled (${error.message})`;
  }
}

/** That tasks do not end, in words without a full stop. */
export function stillThere(left: number, seconds: number): string {
  return `${tasksText(left)} still in the queue ${seconds} s after ${left === 1 ? "it was" : "they were"} cancelled`;
}

/** `1 task is`, `2 tasks are`. */
export function tasksText(count: number): string {
  return count === 1 ? "1 task is" : `${count} tasks are`;
}
