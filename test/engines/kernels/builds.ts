import type { EngineEntry } from "../../../src/engines/engine.ts";
import { kernelsNative, kernelsWasm } from "../../../src/engines/kernels/index.ts";

/** The builds that can run here, for describe.each. */
export const builds: readonly (readonly [string, EngineEntry])[] = (
  await Promise.all(
    [kernelsNative, kernelsWasm].map(async (entry) => ((await entry.check()).available ? [entry] : [])),
  )
)
  .flat()
  .map((entry) => [entry.name, entry]);
