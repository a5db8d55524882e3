import { expect, test } from "vitest";
import { ArraySize } from "../../src/cluster/array-size.ts";

/** Submits tasks to a site that has at most `limit` of them; a tenth of those in its queue ends before it is called again. */
function submitAll(tasks: number, array: number, limit: number) {
  const size = new ArraySize();
  let [left, active, taken, ranDry] = [tasks, 0, 0, 0];
  while (left > 0) {
    const next = Math.min(left, array, size.most);
    if (active + next <= limit) {
      size.took(next);
      taken++;
      left -= next;
      active += next;
      continue;
    }
    if (active > 0) {
      size.refusedBesideOthers();
      active -= Math.ceil(active / 10);
      if (active === 0) ranDry++;
    } else if (!size.refusedAlone(next)) throw new Error("not one is taken");
  }
  return { taken, ranDry };
}

test.each([1, 2, 3, 10, 100, 250, 999])(
  "a site that takes %i tasks gets all of them, in few arrays",
  (limit) => {
    expect(submitAll(2000, 250, limit).taken).toBeLessThan(4000 / limit + 10);
  },
);

test("arrays that were too large once are half as large, and the queue is full again before it is empty", () => {
  expect(submitAll(2000, 250, 100).ranDry).toBe(0);
  const size = new ArraySize();
  expect(size.refusedAlone(250)).toBe(true);
  expect(size.most).toBe(125);
  size.took(125);
  expect(size.most).toBe(250);
  size.refusedBesideOthers();
  expect(size.most).toBe(125);
});

test("a site that takes not even one task", () => {
  expect(new ArraySize().refusedAlone(1)).toBe(false);
});
