import { failure } from "../foundations/errors.ts";
import type { ClusterFolder } from "./folder.ts";

/** How far a sweep is when all of its tasks have ended: runs that are stored, and nodes that get no tasks any more. */
interface Reached {
  readonly stored: number;
  readonly leftOut: number;
}

interface RoundsOptions {
  /** So many without a new result are enough. */
  readonly most: number;
  readonly folder: ClusterFolder;
  /** Of the tasks. */
  readonly token: string;
  readonly runs: number;
}

/** Rounds in which what is missing is submitted, as long as they come to something. */
export class Rounds {
  readonly #options: RoundsOptions;
  #before: Reached;
  #idle = 0;

  constructor(options: RoundsOptions, before: Reached) {
    this.#options = options;
    this.#before = before;
  }

  /** Begins another. Throws a PruneLabError of kind `failure` after too many of which nothing came. */
  async begin(reached: Reached): Promise<void> {
    const moved = reached.stored > this.#before.stored || reached.leftOut > this.#before.leftOut;
    this.#idle = moved ? 0 : this.#idle + 1;
    this.#before = reached;
    const { most, folder, token, runs } = this.#options;
    if (this.#idle < most) return;
    const words = await folder.lastWords(token);
    const advice =
      words === undefined
        ? `Tasks printed nothing: see whether nodes can write ${folder.results}.`
        : `What tasks printed is in ${folder.logs(token)}.`;
    throw failure(
      `Gave up after ${this.#idle} rounds without a new result: ${runs - reached.stored} of ${runs} runs are missing.` +
        `${words === undefined ? "" : `\nThe last that a task printed: ${words}`}`,
      { hint: `${advice} Run the same command again to continue.` },
    );
  }
}
