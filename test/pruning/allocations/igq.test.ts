import { expect, test } from "vitest";
import { igq } from "../../../src/pruning/allocations/igq.ts";
import { request } from "./request.ts";

test("a layer of n weights is compressed F n + 1 times", () => {
  // F = .01: 100 -> 2 times, 50 are kept; 300 -> 4 times, 75. Together 125 of 400.
  const counts = igq.counts(request(new Array(100).fill(0), new Array(300).fill(0))(275 / 400), {});
  expect(counts).toEqual([50, 225]);
});

test("the last weights are shared evenly", () => {
  const counts = igq.counts(request(new Array(100).fill(0), new Array(300).fill(0))(398 / 400), {});
  expect(counts).toEqual([99, 299]);
});
