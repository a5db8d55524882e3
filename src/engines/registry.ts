import { inputError, PruneLabError } from "../foundations/errors.ts";
import type { Notify } from "../foundations/notices.ts";
import { didYouMean } from "../foundations/suggest.ts";
import type { Engine, EngineEntry } from "./engine.ts";
import { reference } from "./reference/index.ts";

/** What `auto` chooses from, best first. */
const automatic: readonly EngineEntry[] = [];

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
  return openOrExplain(entry, notify);
}

async function openOrExplain(entry: EngineEntry, notify: Notify): Promise<Engine> {
  const availability = await entry.check();
  if (!availability.available) {
    throw inputError(`The engine ${entry.name} cannot run here: ${availability.reason}.`, {
      hint: availability.remedy,
    });
  }
  return entry.open(notify);
}

/** The first entry that opens. One that looks available may still fail to open: its compiler may not work. */
async function openFirstOf(entries: readonly EngineEntry[], notify: Notify): Promise<Engine> {
  const refusals: PruneLabError[] = [];
  for (const entry of entries) {
    try {
      const engine = await openOrExplain(entry, notify);
      for (const refusal of refusals) notify(`Using ${entry.name}. ${sentence(refusal)}`);
      return engine;
    } catch (error) {
      if (!(error instanceof PruneLabError && error.kind === "input")) throw error;
      refusals.push(error);
    }
  }
  throw inputError(["No fast engine can run here.", ...refusals.map(sentence)].join(" "), {
    hint: `Ask for the slow one: --engine ${reference.name}`,
  });
}

function sentence(refusal: PruneLabError): string {
  return refusal.hint === undefined ? refusal.message : `${refusal.message} ${refusal.hint}`;
}
