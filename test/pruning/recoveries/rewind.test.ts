import { expect, test } from "vitest";
import { rewind } from "../../../src/pruning/recoveries/rewind.ts";

test("goes back to a step and trains as train says", () => {
  expect(rewind.retraining({ step: 500, optimizer: "rewound" })).toEqual({
    training: "train",
    rewindTo: 500,
    optimizer: "rewound",
  });
});

test("by default to the initial weights, with a fresh optimizer", () => {
  expect(rewind.retraining(rewind.options.parse({}))).toEqual({
    training: "train",
    rewindTo: 0,
    optimizer: "fresh",
  });
});
