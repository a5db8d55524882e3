import { expect, test } from "vitest";
import { arraysOf } from "../../src/cluster/tasks.ts";
import { cutFirst, type Unsent, unsentOf } from "../../src/cluster/unsent.ts";

/** Two tasks hang on each of `heads` tasks, but for the last one, on which none does. */
function planned(heads: number): readonly Unsent[] {
  const first = Array.from({ length: heads }, (_, i) => ({ runs: [`head${i}`], seconds: 1 }));
  const behind = first
    .slice(0, -1)
    .flatMap((_, after) => ["a", "b"].map((name) => ({ runs: [`${name}${after}`], seconds: 1, after })));
  return unsentOf(arraysOf([...first, ...behind], 100));
}

const shown = (unsent: readonly Unsent[]) =>
  unsent.map(({ elements, after }) => [
    elements.map(({ index, task }) => `${index}:${task.runs[0]}`).join(" "),
    after === undefined ? undefined : unsent.indexOf(after),
  ]);

test("an array that is small enough stays as it is", () => {
  const unsent = planned(3);
  expect(cutFirst(unsent, 3)).toBe(unsent);
});

test("what waits for an array that is cut follows the part that it waits for, under the same numbers", () => {
  expect(shown(cutFirst(planned(4), 2))).toEqual([
    ["0:head0 1:head1", undefined],
    ["0:a0 1:a1", 0],
    ["0:b0 1:b1", 0],
    ["2:head2 3:head3", undefined],
    ["2:a2", 3],
    ["2:b2", 3],
  ]);
});

test("no task is lost or doubled, however often arrays are cut", () => {
  for (const most of [1, 2, 5]) {
    let [left, taken]: [readonly Unsent[], string[]] = [planned(11), []];
    for (left = cutFirst(left, most); left[0] !== undefined; left = cutFirst(left.slice(1), most)) {
      expect(left[0].elements.length).toBeLessThanOrEqual(most);
      taken = [...taken, ...left[0].elements.flatMap(({ task }) => task.runs)];
    }
    expect(taken.sort()).toEqual(
      planned(11)
        .flatMap(({ elements }) => elements.flatMap(({ task }) => task.runs))
        .sort(),
    );
  }
});

test("an array whose head is submitted already waits for the same one when it is cut", () => {
  const [head, ...followers] = planned(3);
  const [first, second] = cutFirst(followers, 1);
  expect([first?.after, second?.after]).toEqual([head, head]);
});
