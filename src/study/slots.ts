/** A number of slots, given to whoever waits with the lowest rank (compared number by number). */
export class Slots {
  readonly #waiting: { readonly rank: readonly number[]; readonly start: () => void }[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
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
    setImmediate(() => {
      this.#waiting.sort((a, b) => compareRanks(a.rank, b.rank));
      while (this.#free > 0) {
        const next = this.#waiting.shift();
        if (next === undefined) return;
        this.#free--;
        next.start();
      }
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
