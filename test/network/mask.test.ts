import { expect, test } from "vitest";
import { countKept, findKept } from "../../src/network/mask.ts";

test("counts and finds what is kept", () => {
  const mask = Uint8Array.of(1, 0, 1, 1, 0);
  expect(countKept(mask)).toBe(3);
  expect([...findKept(mask)]).toEqual([0, 2, 3]);
  expect(countKept(new Uint8Array())).toBe(0);
  expect([...findKept(new Uint8Array())]).toEqual([]);
});
