import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import { inPhase, type Phase } from "../../src/foundations/phases.ts";

test("whoever subscribes hears of each part when it ends, also of one that fails", async () => {
  const heard: { readonly phase: Phase; readonly seconds: number }[] = [];
  const listen = (message: unknown) => heard.push(message as (typeof heard)[number]);
  subscribe("prune-lab:phase", listen);
  try {
    expect(await inPhase("tables", () => 7)).toBe(7);
    await expect(inPhase("store", () => Promise.reject(new Error("full")))).rejects.toThrow("full");
  } finally {
    unsubscribe("prune-lab:phase", listen);
  }
  expect(await inPhase("data", async () => "unheard")).toBe("unheard");
  expect(heard.map(({ phase }) => phase)).toEqual(["tables", "store"]);
  expect(heard.every(({ seconds }) => seconds >= 0)).toBe(true);
});
