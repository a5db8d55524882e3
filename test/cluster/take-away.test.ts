import { expect, test } from "vitest";
import { type Scheduler, TryLater } from "../../src/cluster/scheduler.ts";
import { slurm } from "../../src/cluster/slurm/slurm.ts";
import { takeAway, untilGone } from "../../src/cluster/take-away.ts";

/** A queue of two tasks that ends nothing: each look at it is answered by the next of these. */
function queueOf(answers: readonly (number | TryLater)[]) {
  const called: string[] = [];
  let looks = 0;
  const scheduler: Scheduler = {
    ...slurm,
    async cancel(token) {
      called.push(`cancel ${token}`);
    },
    async forget(token) {
      called.push(`forget ${token}`);
    },
    async queue() {
      const answer = answers[Math.min(looks++, answers.length - 1)] ?? 0;
      if (answer instanceof TryLater) throw answer;
      return Array.from({ length: answer }, (_, index) => ({
        ...{ job: "1", index, state: "COMPLETING", reason: "", node: "n1" },
      }));
    },
  };
  return { scheduler, called, looks: () => looks };
}

const silent = new TryLater("silent", "Unable to contact slurm controller");

test("tasks that stay after they were cancelled are told of, and not forgotten", async () => {
  const { scheduler, called } = queueOf([2]);
  expect(await takeAway(scheduler, "t", 1)).toBe(
    "2 tasks are still in the queue 1 s after they were cancelled",
  );
  expect(called).toEqual(["cancel t"]);
});

test("tasks that end are forgotten; a scheduler that is silent meanwhile is asked again", async () => {
  const { scheduler, called } = queueOf([1, silent, 0]);
  expect(await takeAway(scheduler, "t", 60)).toBeUndefined();
  expect(called).toEqual(["cancel t", "forget t"]);
});

test("a scheduler that stays silent", async () => {
  const { scheduler } = queueOf([silent]);
  expect(await takeAway(scheduler, "t", 1)).toBe(
    "the tasks could not be cancelled (Unable to contact slurm controller)",
  );
});

test("the queue is looked at once a second at most", async () => {
  const { scheduler, looks } = queueOf([1]);
  expect(await untilGone(scheduler, "t", 2)).toBe(1);
  expect(looks()).toBeLessThanOrEqual(3);
});
