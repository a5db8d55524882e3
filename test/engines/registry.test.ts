import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { kernelsNative } from "../../src/engines/kernels/index.ts";
import { engines, openEngine } from "../../src/engines/registry.ts";
import { PruneLabError } from "../../src/foundations/errors.ts";

async function openAndClose(name: string): Promise<{ name: string; notices: string[] }> {
  const notices: string[] = [];
  const engine = await openEngine(name, (notice) => notices.push(notice));
  await engine.dispose();
  return { name: engine.description.name, notices };
}

async function refusalOf(name: string): Promise<PruneLabError> {
  const error = await openAndClose(name).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PruneLabError)) throw new Error(`${name} was not refused for the user`);
  return error;
}

test("every engine has a name of its own and opens under it where it can run", async () => {
  expect(new Set(engines.names()).size).toBe(engines.list().length);
  for (const entry of engines.list()) {
    const availability = await entry.check();
    if (availability.available) expect((await openAndClose(entry.name)).name).toBe(entry.name);
    else expect((await refusalOf(entry.name)).hint).toBe(availability.remedy);
  }
});

test("kernels takes the first of its family that can run", async () => {
  const native = (await kernelsNative.check()).available;
  expect((await openAndClose("kernels")).name).toBe(native ? "kernels-native" : "kernels-wasm");
});

test("auto takes the same where there is nothing to train", async () => {
  expect((await openAndClose("auto")).name).toBe((await openAndClose("kernels")).name);
});

test("an unknown name is answered with the nearest and all choices", async () => {
  const { kind, message } = await refusalOf("kernels-wsam");
  expect(kind).toBe("input");
  expect(message).toBe(
    "Unknown engine 'kernels-wsam'. Did you mean 'kernels-wasm'? " +
      "Engines: auto, kernels, kernels-native, kernels-wasm, tensorflow, reference.",
  );
});

describe("without a compiler", () => {
  beforeEach(() => vi.stubEnv("CC", "/no/such/compiler"));
  afterEach(() => vi.unstubAllEnvs());

  test("auto falls back, and says to what and why", async () => {
    const { name, notices } = await openAndClose("auto");
    expect(name).toBe("kernels-wasm");
    expect(notices).toEqual([
      "Using the engine kernels-wasm. The engine kernels-native cannot run here: the C compiler that CC names " +
        "does not work: /no/such/compiler. Unset CC, or set it to gcc or clang.",
    ]);
  });

  test("an engine asked for by name is refused, with its remedy", async () => {
    const { kind, message, hint } = await refusalOf("kernels-native");
    expect(kind).toBe("input");
    expect(message).toMatch(
      "The engine kernels-native cannot run here: the C compiler that CC names does not work",
    );
    expect(hint).toBe("Unset CC, or set it to gcc or clang.");
  });
});
