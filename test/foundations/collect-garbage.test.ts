import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { collectGarbage } from "../../src/foundations/collect-garbage.ts";

const BYTES = 2 ** 28;

function heldBytes(): number {
  const held = new Uint8Array(BYTES);
  return process.memoryUsage().arrayBuffers - (held[0] as number);
}

test("large arrays that nothing refers to are given back", async () => {
  const before = heldBytes();
  collectGarbage(BYTES);
  for (let i = 0; i < 100 && process.memoryUsage().arrayBuffers > before - BYTES / 2; i++)
    await setTimeout(20);
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(before - BYTES / 2);
});
