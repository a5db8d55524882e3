import { expect, test } from "vitest";
import { arraysOf, planTasks, type TaskRun } from "../../src/cluster/tasks.ts";

const run = (id: string, seconds: number, parents: readonly string[] = [], dense = false): TaskRun => ({
  id,
  parents,
  dense,
  seconds,
});

/** A dense network and `points` runs of 10 s that hang on it. */
const seed = (name: string, points: number): TaskRun[] => [
  run(`${name}-dense`, 20, [], true),
  ...Array.from({ length: points }, (_, i) => run(`${name}-${i}`, 10, [`${name}-dense`])),
];

test("a seed that fits is one task, dense network first", () => {
  expect(planTasks(seed("a", 3), 60)).toEqual([{ runs: ["a-dense", "a-0", "a-1", "a-2"], seconds: 50 }]);
});

test("small seeds are put together until they come to the size", () => {
  const runs = ["a", "b", "c", "d", "e"].flatMap((name) => seed(name, 1));
  expect(planTasks(runs, 60).map(({ seconds }) => seconds)).toEqual([60, 60, 30]);
});

test("of a large seed the dense network goes first, and the others follow in tasks of the same size", () => {
  const tasks = planTasks(seed("a", 10), 40);
  expect(tasks.map(({ runs, after }) => [runs.length, after])).toEqual([
    [1, undefined],
    [3, 0],
    [4, 0],
    [3, 0],
  ]);
});

test("a line of levels stays in one task", () => {
  const line = Array.from({ length: 10 }, (_, i) => run(`l${i}`, 30, [i === 0 ? "dense" : `l${i - 1}`]));
  const tasks = planTasks([run("dense", 20, [], true), ...line, run("x", 30, ["dense"])], 60);
  expect(tasks.map(({ runs }) => runs)).toEqual([["dense"], line.map(({ id }) => id), ["x"]]);
});

test("every run is in exactly one task, parents no later than what hangs on them", () => {
  const runs = ["a", "b", "c"].flatMap((name, i) => seed(name, 7 * i));
  for (const size of [1, 15, 60, 1000]) {
    const tasks = planTasks(runs, size);
    const order = tasks.flatMap(({ runs: ids }) => ids);
    expect([...order].sort()).toEqual(runs.map(({ id }) => id).sort());
    for (const { id, parents } of runs) {
      for (const parent of parents) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(id));
    }
    for (const [place, { after }] of tasks.entries())
      if (after !== undefined) expect(after).toBeLessThan(place);
  }
});

test("a run whose parent is not planned waits for nothing", () => {
  expect(planTasks([run("point", 500, ["stored"])], 60)).toEqual([{ runs: ["point"], seconds: 500 }]);
});

test("arrays: what waits has the number of the task that it waits for", () => {
  const tasks = planTasks([...seed("a", 10), ...seed("b", 1), ...seed("c", 6)], 40);
  const arrays = arraysOf(tasks, 2).map(({ elements, after }) => ({
    elements: elements.map(({ index, task }) => `${index}:${task.runs[0]}`),
    after,
  }));
  expect(arrays).toEqual([
    { elements: ["0:a-dense", "1:b-dense"], after: undefined },
    { elements: ["0:a-0"], after: 0 },
    { elements: ["0:a-3"], after: 0 },
    { elements: ["0:a-7"], after: 0 },
    { elements: ["0:c-dense"], after: undefined },
    { elements: ["0:c-0"], after: 4 },
    { elements: ["0:c-3"], after: 4 },
  ]);
});

test("a hundred thousand runs are planned without quadratic work", () => {
  const runs = Array.from({ length: 100 }, (_, i) => seed(`s${i}`, 999)).flat();
  expect(planTasks(runs, 2400).length).toBeGreaterThan(100);
});
