import { inputError, PruneLabError } from "../foundations/errors.ts";
import type { Notify } from "../foundations/notices.ts";
import { quote } from "../foundations/quote.ts";
import { Registry } from "../foundations/registry.ts";
import { didYouMean } from "../foundations/suggest.ts";
import type { Engine, EngineEntry } from "./engine.ts";
import { kernelsNative, kernelsWasm } from "./kernels/index.ts";
import { reference } from "./reference/index.ts";
import { tensorflow } from "./tensorflow/index.ts";

/** What `kernels` chooses from: best first. */
export const kernels: readonly EngineEntry[] = [kernelsNative, kernelsWasm];

/**
 * Every engine. TensorFlow is for a GPU: on a CPU it runs only when asked for by name, and so does the reference,
 * which is for comparison.
 */
export const engines = new Registry<EngineEntry>("engine", [...kernels, tensorflow, reference]);

/** What `openEngine` takes: the names that choose an engine, and each one that is registered now. */
export function engineChoices(): readonly string[] {
  return ["auto", "kernels", ...engines.names()];
}

/** " Did you mean 'x'?" for a name that no engine has, or an empty text. */
export function engineSuggestion(name: string): string {
  return didYouMean(name, engineChoices(), {
    cuda: "tensorflow",
    gpu: "tensorflow",
    tf: "tensorflow",
    tfjs: "tensorflow",
    cpu: "kernels",
    native: "kernels-native",
    wasm: "kernels-wasm",
    webassembly: "kernels-wasm",
  });
}

/**
 * Opens an engine by name; with `kernels` the best of that family that can run here, and with `auto`, which weighs it against
 * a GPU where there is a study to train (src/experiment/faster-engine.ts), the same. `notify` hears which one and why when it
 * is not the first choice. Throws a PruneLabError of kind `input` when the name is unknown or the engine cannot run here: an
 * engine asked for by name is never replaced by another.
 */
export async function openEngine(name: string, notify: Notify): Promise<Engine> {
  if (name === "auto" || name === "kernels") return openFirstOf(kernels, notify);
  const entry = engines.find(name);
  if (entry === undefined) {
    const choices = engineChoices();
    throw inputError(
      `Unknown engine ${quote(name)}.${engineSuggestion(name)} Engines: ${choices.join(", ")}.`,
    );
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
