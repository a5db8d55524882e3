import { expect, test } from "vitest";
import { randomStream } from "../../../src/foundations/random.ts";
import { random } from "../../../src/pruning/criteria/random.ts";
import { tensorSpec } from "../fixtures.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

const weights = values([1, 2, 3, 4, 5, 6], [7, 8]);
const others = values([0, 0, 0, 0, 0, 0], [-1, 9]);

test("takes the numbers of the tensor's own stream in order", async () => {
  const scores = await random.scores(evidenceOf(layer, { weights }, 5), {});
  for (const { name, size } of layer) {
    const stream = randomStream(5, "test", name);
    expect(scores.get(name)).toEqual(Float32Array.from({ length: size }, () => stream.uniform()));
  }
});

test("does not look at the weights, but at the seed", () => {
  const scores = random.scores(evidenceOf(layer, { weights }, 1), {});
  expect(random.scores(evidenceOf(layer, { weights: others }, 1), {})).toEqual(scores);
  expect(random.scores(evidenceOf(layer, { weights }, 2), {})).not.toEqual(scores);
});

test("lies in each quarter of 0..1 about equally often", async () => {
  const large = [tensorSpec("fc1.weight", [100, 200])];
  const zeros = new Map([["fc1.weight", new Float32Array(20_000)]]);
  const scores = (await random.scores(evidenceOf(large, { weights: zeros }), {})).get("fc1.weight") ?? [];
  const quarters = [0, 0, 0, 0];
  for (const score of scores) quarters[Math.floor(score * 4)] = (quarters[Math.floor(score * 4)] ?? 0) + 1;
  // 5,000 are expected in each, with a standard deviation below 62.
  for (const count of quarters) expect(Math.abs(count - 5000)).toBeLessThan(300);
});
