/** Rows that lie beside one another in memory. */
const BLOCK = 1 << 14;

const MISSING = 0;
const NULL = 1;
const NUMBER = 2;
const TEXT = 3;

/**
 * Rows in groups, which come in any order and are gone through in that of their numbers. A cell takes 9 bytes, a text no more when it
 * is there already, where an object would take some hundred bytes a row: there is room for millions.
 */
export class CompactRows<Row extends object> implements Iterable<Row> {
  readonly #columns = new Map<string, Column>();
  /** By group: its first row, and how many it has. */
  readonly #firsts: Float64Array;
  readonly #counts: Uint32Array;
  #length = 0;

  constructor(groups: number) {
    this.#firsts = new Float64Array(groups);
    this.#counts = new Uint32Array(groups);
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** The rows of a group, which has none yet. */
  put(group: number, rows: readonly Row[]): void {
    this.#firsts[group] = this.#length;
    this.#counts[group] = rows.length;
    for (const row of rows) {
      const cells = row as Readonly<Record<string, unknown>>;
      for (const key in cells) this.#column(key).set(this.#length, cells[key]);
      this.#length++;
    }
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (const [group, count] of this.#counts.entries()) {
      const first = this.#firsts[group] as number;
      for (let place = first; place < first + count; place++) yield this.#row(place);
    }
  }

  #column(key: string): Column {
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const column = new Column();
    this.#columns.set(key, column);
    return column;
  }

  #row(place: number): Row {
    const row: Record<string, unknown> = {};
    for (const [key, column] of this.#columns) {
      const cell = column.get(place);
      if (cell !== undefined) row[key] = cell;
    }
    return row as Row;
  }
}

/** The cells of a key: each undefined, null, a number or a text. */
class Column {
  readonly #kinds: Uint8Array[] = [];
  /** Numbers, and places of texts. */
  readonly #values: Float64Array[] = [];
  readonly #texts: string[] = [];
  readonly #placeOf = new Map<string, number>();

  /** Throws a RangeError for what is none of these. */
  set(place: number, cell: unknown): void {
    if (cell === undefined) return;
    const block = Math.floor(place / BLOCK);
    this.#kinds[block] ??= new Uint8Array(BLOCK);
    this.#values[block] ??= new Float64Array(BLOCK);
    const kinds = this.#kinds[block];
    const values = this.#values[block];
    const at = place % BLOCK;
    if (cell === null) kinds[at] = NULL;
    else if (typeof cell === "number") {
      kinds[at] = NUMBER;
      values[at] = cell;
    } else if (typeof cell === "string") {
      kinds[at] = TEXT;
      values[at] = this.#placeOfText(cell);
    } else throw new RangeError(`a cell is neither number nor text: ${String(cell)}`);
  }

  get(place: number): number | string | null | undefined {
    const block = Math.floor(place / BLOCK);
    const at = place % BLOCK;
    const value = this.#values[block]?.[at] as number;
    switch (this.#kinds[block]?.[at] ?? MISSING) {
      case NULL:
        return null;
      case NUMBER:
        return value;
      case TEXT:
        return this.#texts[value];
      default:
        return undefined;
    }
  }

  #placeOfText(text: string): number {
    const known = this.#placeOf.get(text);
    if (known !== undefined) return known;
    this.#placeOf.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}
