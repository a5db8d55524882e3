import { inputError, PruneLabError } from "../foundations/errors.ts";
import type { Notify } from "../foundations/notices.ts";
import { didYouMean } from "../foundations/suggest.ts";
import type { Engine, EngineEntry } from "./engine.ts";
import { kernelsNative, kernelsWasm } from "./kernels/index.ts";
import { reference } from "./reference/index.ts";

/** What `auto` chooses from, best first. */
const automatic: readonly EngineEntry[] = [kernelsNative, kernelsWasm];

/** Every engine, fastest first. The reference is for comparison: it runs only when asked for by name. */
export const engines: readonly EngineEntry[] = [...automatic, reference];

export const engineNames: readonly string[] = engines.map((entry) => entry.name);

/**
 * Opens an engine by name, or with `auto` the best one that can run here; `notify` hears which one and why
 * when that is not the first choice. Throws a PruneLabError of kind `input` when the name is unknown or the
 * engine cannot run here: an engine asked for by name is never replaced by another.
 */
export async function openEngine(name: string, notify: Notify): Promise<Engine> {
  if (name === "auto") return openFirstOf(automatic, notify);
  const entry = engines.find((candidate) => candidate.name === name);
  if (entry === undefined) {
    const choices = ["auto", ...engineNames];
    throw inputError(`Unknown engine '${name}'.${didYouMean(name, choices)} Engines: ${choices.join(", ")}.`);
  }
  return entry.open(notify);
}

async function openFirstOf(entries: readonly EngineEntry[], notify: Notify): Promise<Engine> {
  const refusals: string[] = [];
  for (const entry of entries) {
    try {
      const engine = await entry.open(notify);
      if (refusals.length > 0) notify(`Using the engine ${entry.name}. ${refusals.join(" ")}`);
      return engine;
    } catch (error) {
      if (!(error instanceof PruneLabError && error.kind === "input")) throw error;
      refusals.push(error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
    }
  }
  throw inputError(["No fast engine can run here.", ...refusals].join(" "), {
    hint: `Use the slow one: --engine ${reference.name}`,
  });
}
