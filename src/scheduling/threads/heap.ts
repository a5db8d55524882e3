/** Items of which the first by `compare` can be taken at any time; of equal ones the one that was added first. */
export class Heap<Item> {
  readonly #entries: { readonly item: Item; readonly order: number }[] = [];
  readonly #compare: (a: Item, b: Item) => number;
  #added = 0;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  push(item: Item): void {
    this.#entries.push({ item, order: this.#added++ });
    let i = this.#entries.length - 1;
    while (i > 0 && this.#isBefore(i, (i - 1) >> 1)) i = this.#swap(i, (i - 1) >> 1);
  }

  /** Takes the first out; undefined when there is none. */
  pop(): Item | undefined {
    const entries = this.#entries;
    const [first] = entries;
    const last = entries.pop();
    if (first === undefined || last === undefined || entries.length === 0) return first?.item;
    entries[0] = last;
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      const child = right < entries.length && this.#isBefore(right, left) ? right : left;
      if (child >= entries.length || !this.#isBefore(child, i)) return first.item;
      i = this.#swap(i, child);
    }
  }

  #isBefore(i: number, j: number): boolean {
    const [a, b] = [this.#entries[i], this.#entries[j]] as [
      { item: Item; order: number },
      { item: Item; order: number },
    ];
    return (this.#compare(a.item, b.item) || a.order - b.order) < 0;
  }

  /** Exchanges two entries and gives where the first is now. */
  #swap(i: number, j: number): number {
    const entries = this.#entries;
    [entries[i], entries[j]] = [entries[j], entries[i]] as [(typeof entries)[0], (typeof entries)[0]];
    return j;
  }
}
