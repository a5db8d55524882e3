import { expect, test } from "vitest";
import { countKept } from "../../src/network/mask.ts";

test("counts what is kept", () => {
  expect(countKept(Uint8Array.of(1, 0, 1, 1))).toBe(3);
  expect(countKept(new Uint8Array())).toBe(0);
});
