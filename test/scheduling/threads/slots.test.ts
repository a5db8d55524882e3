import { expect, test } from "vitest";
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
