import { expect, test } from "vitest";
import { none } from "../../../src/pruning/recoveries/none.ts";

test("no training", () => {
  expect(none.retraining({})).toBeNull();
});
