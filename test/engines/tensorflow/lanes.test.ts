import { expect, test } from "vitest";
import { askedLanes } from "../../../src/engines/tensorflow/lanes.ts";

test("a user may say how many networks train at once", () => {
  expect(askedLanes({})).toBeUndefined();
  expect(askedLanes({ PRUNE_LAB_TENSORFLOW_LANES: "" })).toBeUndefined();
  expect(askedLanes({ PRUNE_LAB_TENSORFLOW_LANES: "100" })).toBe(100);
  for (const wrong of ["0", "257", "2.5", "many"]) {
    expect(() => askedLanes({ PRUNE_LAB_TENSORFLOW_LANES: wrong })).toThrow(
      `PRUNE_LAB_TENSORFLOW_LANES is '${wrong}', not a whole number from 1 to 256.`,
    );
  }
});
