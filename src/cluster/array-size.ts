/**
 * How many tasks an array may have for a site that takes only so many at a time, found by trying: half as many when too many
 * were refused, twice as many when some were taken.
 */
export class ArraySize {
  #most = Number.POSITIVE_INFINITY;
  #taken = Number.POSITIVE_INFINITY;

  /** As many as are worth a try. */
  get most(): number {
    return this.#most;
  }

  /** An array of this size was taken. */
  took(size: number): void {
    // That a small rest was taken tells nothing about larger ones.
    if (size < this.#most) return;
    this.#taken = size;
    this.#most = 2 * size;
  }

  /** An array of this size was refused while others were in the queue: what was taken before may be so again. */
  refusedBesideOthers(): void {
    this.#most = Math.min(this.#most, this.#taken);
  }

  /** An array of this size was refused although the queue has none of ours. False where it cannot be made smaller. */
  refusedAlone(size: number): boolean {
    if (size <= 1) return false;
    this.#most = Math.floor(size / 2);
    this.#taken = this.#most;
    return true;
  }
}
