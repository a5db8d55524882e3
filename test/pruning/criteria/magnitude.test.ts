import { expect, test } from "vitest";
import { randomStream } from "../../../src/foundations/random.ts";
import { magnitude } from "../../../src/pruning/criteria/magnitude.ts";

test("scores by the absolute value", () => {
  const values = Float32Array.of(-2, 0.5, -0, 1);
  const stream = randomStream(0, "test");
  expect(magnitude.score({ name: "fc1.weight", values, shape: [2, 2], stream })).toEqual(
    Float32Array.of(2, 0.5, 0, 1),
  );
});
