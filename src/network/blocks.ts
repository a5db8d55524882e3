import type { KeptRows } from "./mask.ts";
import type { Parameters } from "./parameters.ts";

/**
 * Some values of a parameter tensor: those at row * width + column, row by row. A smaller network's tensor is such
 * a block of the whole network's.
 */
export interface Block {
  /** The tensor: `fc1.weight` */
  readonly name: string;
  readonly width: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

const FIRST_COLUMN = new Int32Array(1);

/** The values at the given flat indices. */
export function list(name: string, indices: Int32Array): Block {
  return { name, width: 1, rows: indices, columns: FIRST_COLUMN };
}

/** Number of values. */
export function totalSize(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { rows, columns }) => sum + rows.length * columns.length, 0);
}

/** Fills `flat` with the blocks' values, one block after the other, `missing` where there is no tensor; returns it. */
export function gather<Flat extends Float32Array | Uint8Array>(
  flat: Flat,
  blocks: readonly Block[],
  tensors: ReadonlyMap<string, Flat>,
  missing: number,
): Flat {
  let to = 0;
  for (const block of blocks) {
    const { name, width, rows, columns } = block;
    const from = tensors.get(name);
    const length = rows.length * columns.length;
    if (from === undefined) flat.fill(missing, to, to + length);
    else if (isWhole(block, from)) flat.set(from, to);
    else {
      for (let r = 0, i = to; r < rows.length; r++) {
        const row = (rows[r] as number) * width;
        for (let c = 0; c < columns.length; c++) flat[i++] = from[row + (columns[c] as number)] as number;
      }
    }
    to += length;
  }
  return flat;
}

/** The counterpart of `gather`: the tensors stay as they are where the blocks have no value. */
export function scatter(flat: Float32Array, blocks: readonly Block[], tensors: Parameters): void {
  let from = 0;
  for (const block of blocks) {
    const { name, width, rows, columns } = block;
    const to = tensors.get(name);
    if (to === undefined) throw new Error(`no tensor named '${name}'`);
    const length = rows.length * columns.length;
    if (isWhole(block, to)) to.set(flat.subarray(from, from + length));
    else {
      for (let r = 0, i = from; r < rows.length; r++) {
        const row = (rows[r] as number) * width;
        for (let c = 0; c < columns.length; c++) to[row + (columns[c] as number)] = flat[i++] as number;
      }
    }
    from += length;
  }
}

/** Whether it has all rows and columns of its tensor, in order. */
export function isWhole({ rows, columns, width }: Block, tensor: { readonly length: number }): boolean {
  return (
    rows.length * columns.length === tensor.length &&
    columns.length === width &&
    rows.every((row, i) => row === i)
  );
}

/** Some of a block's values: where they lie in the tensor, `indices`, and in the block, `positions`. */
interface Found {
  readonly indices: Int32Array;
  readonly positions: Int32Array;
}

/** The values of a block that are kept of its tensor, in order. Without `kept`, all. */
export function findKeptIn(block: Block, kept: KeptRows | undefined): Found {
  if (kept === undefined) return everyValue(block);
  const { rows, columns, width } = block;
  const { indices, starts } = kept;
  if (isWhole(block, { length: (starts.length - 1) * width })) return { indices, positions: indices };
  const placeOf = new Int32Array(width).fill(-1);
  for (let c = 0; c < columns.length; c++) placeOf[columns[c] as number] = c;
  const room = rows.reduce((sum, row) => sum + (starts[row + 1] as number) - (starts[row] as number), 0);
  const found = { indices: new Int32Array(room), positions: new Int32Array(room) };
  let count = 0;
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r] as number;
    const end = starts[row + 1] as number;
    for (let n = starts[row] as number; n < end; n++) {
      const index = indices[n] as number;
      const place = placeOf[index - row * width] as number;
      if (place < 0) continue;
      found.indices[count] = index;
      found.positions[count++] = r * columns.length + place;
    }
  }
  return { indices: found.indices.subarray(0, count), positions: found.positions.subarray(0, count) };
}

function everyValue({ rows, columns, width }: Block): Found {
  const positions = new Int32Array(rows.length * columns.length).map((_, i) => i);
  const indices = positions.map((i) => {
    const [row, column] = [Math.floor(i / columns.length), i % columns.length];
    return (rows[row] as number) * width + (columns[column] as number);
  });
  return { indices, positions };
}
