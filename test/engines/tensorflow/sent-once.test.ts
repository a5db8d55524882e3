import { expect, test } from "vitest";
import { SentOnce } from "../../../src/engines/tensorflow/sent-once.ts";

/** A process that writes down what it is sent. */
function listening(capacity: number) {
  const heard: string[] = [];
  const sent = new SentOnce<object>(capacity, {
    add: async (number) => heard.push(`add ${number}`),
    remove: async (number) => heard.push(`remove ${number}`),
  });
  return { heard, sent };
}

test("data is sent once, and the longest unused goes when there is more than fits", async () => {
  const { heard, sent } = listening(2);
  const [a, b, c] = [{}, {}, {}];
  const numbers: number[] = [];
  for (const data of [a, b, a, c, b]) await sent.use(data, async (number) => numbers.push(number));
  expect(numbers).toEqual([0, 1, 0, 2, 3]);
  expect(heard).toEqual(["add 0", "add 1", "add 2", "remove 1", "add 3", "remove 0"]);
});

test("what a call under way reads is not dropped", async () => {
  const { heard, sent } = listening(1);
  const [a, b, c] = [{}, {}, {}];
  let end = () => {};
  const long = sent.use(a, () => new Promise<void>((resolve) => (end = resolve)));
  await sent.use(b, async () => {});
  expect(heard).toEqual(["add 0", "add 1"]);
  await sent.use(a, async (number) => expect(number).toBe(0));
  end();
  await long;
  await sent.use(c, async () => {});
  expect(heard).toEqual(["add 0", "add 1", "remove 1", "add 2", "remove 0"]);
});

test("two calls at once send data once, and a call that fails lets go of it", async () => {
  const { heard, sent } = listening(1);
  const [a, b] = [{}, {}];
  const failing = sent.use(a, () => Promise.reject(new Error("no")));
  const numbers = await Promise.allSettled([failing, sent.use(a, async (number) => number)]);
  expect(numbers.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  await sent.use(b, async () => {});
  expect(heard).toEqual(["add 0", "add 1", "remove 0"]);
});
