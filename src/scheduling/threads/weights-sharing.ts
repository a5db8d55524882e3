import { collectGarbage } from "../../foundations/collect-garbage.ts";
import { parameterCount } from "../../network/parameters.ts";
import type { RunTask } from "../executor.ts";
import type { SharedWeights } from "../run-folders.ts";
import { RunStore } from "../store.ts";

/** Fewer bytes each thread has read sooner than another one could hand them over. */
const FEW_BYTES = 2 ** 26;

/** Reads large weights that several runs hang on once for all threads: the last ones are kept. */
export class WeightsSharing {
  readonly #least: number;
  #run: string | undefined;
  #weights: Promise<SharedWeights | undefined> = Promise.resolve(undefined);

  /** `least`: bytes of a network's parameters from which on they are shared. */
  constructor(least = FEW_BYTES) {
    this.#least = least;
  }

  /** What the task's run prunes; undefined where its thread is to read it, and to tell what is wrong with it. */
  async of({ run, settings, storeFolder }: RunTask): Promise<SharedWeights | undefined> {
    const parent = run.parents.find(({ artifacts }) => artifacts.includes("weights"));
    if (parent === undefined || 4 * parameterCount(settings.network) < this.#least) return undefined;
    if (this.#run !== parent.run) {
      this.drop();
      this.#run = parent.run;
      this.#weights = new RunStore(storeFolder, settings.network)
        .readShared(parent.run)
        .catch(() => undefined);
    }
    return this.#weights;
  }

  /** Lets go of what it keeps. */
  drop(): void {
    if (this.#run === undefined) return;
    this.#run = undefined;
    this.#weights = Promise.resolve(undefined);
    collectGarbage(this.#least);
  }
}
