import { type Block, totalSize } from "../../network/blocks.ts";
import type { Tensors } from "./kernel-instance.ts";
import type { KernelLayout } from "./layout.ts";

/** Some of a layout's tensors, and what they hold. */
export interface Piece extends Tensors {
  readonly blocks: readonly Block[];
  /** In the layout's flat array, of so many values. */
  readonly start: number;
  readonly size: number;
}

/** As many values as pass at a time, unless one tensor has more: a large network is then never there twice. */
const PIECE = 2 ** 22;

/** A layout cut into pieces. The last of the kernels' tensors has the blocks of all that is unused. */
export function piecesOf({ blocks, layers }: Pick<KernelLayout, "blocks" | "layers">): Piece[] {
  const unused = 3 * layers.size;
  const tensors = [...blocks.slice(0, unused).map((block) => [block]), blocks.slice(unused)];
  const pieces: (Piece & { end: number; size: number; readonly blocks: Block[] })[] = [];
  for (const [number, own] of tensors.entries()) {
    const size = totalSize(own);
    const last = pieces.at(-1);
    if (last === undefined || last.size + size > PIECE) {
      const start = last === undefined ? 0 : last.start + last.size;
      pieces.push({ from: number, end: number + 1, blocks: [...own], start, size });
      continue;
    }
    last.blocks.push(...own);
    last.end = number + 1;
    last.size += size;
  }
  return pieces;
}
