import { expect, test } from "vitest";
import { Heap } from "../../../src/scheduling/threads/heap.ts";
import { Slots } from "../../../src/scheduling/threads/slots.ts";

/** Runs jobs that each finish when told, and records the order in which they start. */
function bench(count: number) {
  const slots = new Slots(count);
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  const run = (name: string, rank: readonly number[]) =>
    slots.run(rank, () => {
      started.push(name);
      return new Promise<void>((resolve) => finish.set(name, resolve));
    });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  return { run, started, finish: (name: string) => finish.get(name)?.(), settle };
}

test("a free slot goes to the lowest rank that is waiting", async () => {
  const { run, started, finish, settle } = bench(1);
  const all = [run("c", [1, 0]), run("b", [0, 2]), run("a", [0, 1])];
  await settle();
  expect(started).toEqual(["a"]);
  finish("a");
  await settle();
  finish("b");
  await settle();
  finish("c");
  await Promise.all(all);
  expect(started).toEqual(["a", "b", "c"]);
});

test("what a finished job makes ready comes before what waited with a higher rank", async () => {
  const { run, started, finish, settle } = bench(1);
  const child = run("baseline", [0, 0]).then(() => run("point", [0, 1]));
  const other = run("next sweep", [1, 0]);
  await settle();
  finish("baseline");
  await settle();
  expect(started).toEqual(["baseline", "point"]);
  finish("point");
  await settle();
  finish("next sweep");
  await Promise.all([child, other]);
});

test("a job that fails gives its slot back", async () => {
  const slots = new Slots(1);
  await expect(slots.run([0], () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(slots.run([0], async () => 1)).resolves.toBe(1);
});

test("thousands that wait at once are compared a number of times that grows with n log n", async () => {
  let comparisons = 0;
  const heap = new Heap<number>((a, b) => {
    comparisons++;
    return a - b;
  });
  const count = 20_000;
  const items = Array.from({ length: count }, (_, i) => (i * 7919) % 1009);
  for (const item of items) heap.push(item);
  const taken = items.map(() => heap.pop());
  expect(taken).toEqual([...items].sort((a, b) => a - b));
  expect(heap.pop()).toBeUndefined();
  expect(comparisons).toBeLessThan(3 * count * Math.log2(count));
});

test("of equal ranks the first to come is the first to go", async () => {
  const heap = new Heap<{ rank: number; name: number }>((a, b) => a.rank - b.rank);
  for (let name = 0; name < 100; name++) heap.push({ rank: name % 2, name });
  const names = Array.from({ length: 100 }, () => heap.pop()?.name);
  expect(names).toEqual([...names].sort((a = 0, b = 0) => (a % 2) - (b % 2) || a - b));
});
