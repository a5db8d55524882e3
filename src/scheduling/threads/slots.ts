import { Heap } from "./heap.ts";

interface Waiting {
  readonly rank: readonly number[];
  readonly start: () => void;
}

/**
 * A number of slots, given to whoever waits with the lowest rank (compared number by number). `onFree` hears how many
 * are left that nobody waits for.
 */
export class Slots {
  readonly #waiting = new Heap<Waiting>((a, b) => compareRanks(a.rank, b.rank));
  readonly #onFree: (count: number) => void;
  #free: number;
  #isScheduled = false;

  constructor(count: number, onFree: (count: number) => void = () => {}) {
    this.#free = count;
    this.#onFree = onFree;
  }

  /** Runs `work` when a slot is free. */
  async run<T>(rank: readonly number[], work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ rank, start });
      this.#schedule();
    });
    try {
      return await work();
    } finally {
      this.#free++;
      this.#schedule();
    }
  }

  /** Looks at the waiting list only when everything that is ready by now has joined it. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      while (this.#free > 0) {
        const next = this.#waiting.pop();
        if (next === undefined) break;
        this.#free--;
        next.start();
      }
      this.#onFree(this.#free);
    });
  }
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const difference = value - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
