import { PruneLabError } from "../foundations/errors.ts";

/** How long a scheduler may be silent, or take no more tasks while none of ours is there, before the sweep gives up. */
const PATIENCE_SECONDS = 15 * 60;

/** Something that fails, and may work a moment later. */
export class Patience {
  readonly #tell: (message: string) => void;
  #since: number | undefined;

  constructor(tell: (message: string) => void) {
    this.#tell = tell;
  }

  /** Whether it failed the last time. */
  get isTried(): boolean {
    return this.#since !== undefined;
  }

  /** It works. */
  rest(): void {
    this.#since = undefined;
  }

  /** It fails: told, and given up when it has failed for long. Throws a PruneLabError of kind `failure` then. */
  wait(what: string): void {
    this.#tell(`${what}; trying again.`);
    this.#since ??= Date.now();
    if (Date.now() - this.#since <= PATIENCE_SECONDS * 1000) return;
    throw new PruneLabError("failure", `${what}, for ${PATIENCE_SECONDS / 60} minutes.`, {
      hint: "Tasks in the queue go on. Run the same command again to continue.",
    });
  }

  /** It fails for a reason that passes by itself: told, and tried for as long as it takes. */
  waitGladly(what: string): void {
    this.#since = undefined;
    this.wait(what);
  }
}
