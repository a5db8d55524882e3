import { countKept, findKept } from "./mask.ts";
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
function isWhole({ rows, columns, width }: Block, tensor: { readonly length: number }): boolean {
  return (
    rows.length * columns.length === tensor.length &&
    columns.length === width &&
    rows.every((row, i) => row === i)
  );
}

/** How many of a block's values the mask of its tensor keeps; all without a mask. */
export function countKeptIn(block: Block, mask: Uint8Array | undefined): number {
  const { rows, columns, width } = block;
  if (mask === undefined) return rows.length * columns.length;
  if (isWhole(block, mask)) return countKept(mask);
  let kept = 0;
  for (let r = 0; r < rows.length; r++) {
    const row = (rows[r] as number) * width;
    for (let c = 0; c < columns.length; c++) kept += mask[row + (columns[c] as number)] as number;
  }
  return kept;
}

/** A block's kept values, all without a mask: where they lie in the tensor, `indices`, and in the block, `positions`. */
export function findKeptIn(block: Block, mask: Uint8Array | undefined, count = countKeptIn(block, mask)) {
  const { rows, columns, width } = block;
  if (mask !== undefined && isWhole(block, mask)) {
    const indices = findKept(mask, count);
    return { indices, positions: indices };
  }
  const [indices, positions] = [new Int32Array(count + 1), new Int32Array(count + 1)];
  for (let r = 0, n = 0, position = 0; r < rows.length; r++) {
    const row = (rows[r] as number) * width;
    for (let c = 0; c < columns.length; c++, position++) {
      const index = row + (columns[c] as number);
      indices[n] = index;
      positions[n] = position;
      n += mask === undefined ? 1 : (mask[index] as number);
    }
  }
  return { indices: indices.subarray(0, count), positions: positions.subarray(0, count) };
}
