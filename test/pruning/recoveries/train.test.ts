import { expect, test } from "vitest";
import { train } from "../../../src/pruning/recoveries/train.ts";

test("goes on from the step at which the network was pruned, with the optimizer that it had", () => {
  expect(train.retraining({}, 40)).toEqual({ training: "train", rewindTo: 40, optimizer: "rewound" });
});

test("is the whole training for a network that was pruned before it", () => {
  const whole = { training: "train", rewindTo: 0, optimizer: "fresh" };
  expect(train.retraining({}, 0)).toEqual(whole);
  expect(train.retraining({})).toEqual(whole);
});
