import { inputError } from "../../../foundations/errors.ts";
import { sizeOf } from "../../../network/shapes.ts";

/** An array of unsigned bytes, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

const unsignedByte = 0x08;

/**
 * Reads the IDX format of the MNIST page: two zero bytes, the type of the values (only 0x08, unsigned byte, is
 * read), the number of dimensions, their sizes as big-endian 32-bit integers, then the values. The values
 * returned are a view into `bytes`. Throws a PruneLabError that names `file` when it is anything else.
 */
export function parseIdx(bytes: Uint8Array, file: string, dimensions: number): IdxArray {
  const headerBytes = 4 + 4 * dimensions;
  if (bytes.length === 0) throw inputError(`${file} is empty.`);
  if (bytes.length < headerBytes) {
    throw inputError(
      `${file} is truncated: it has ${bytes.length} bytes, its IDX header alone takes ${headerBytes}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expectedMagic = (unsignedByte << 8) | dimensions;
  const magic = view.getUint32(0);
  if (magic !== expectedMagic) {
    throw inputError(
      `${file} is not an IDX file of unsigned bytes in ${dimensions} ${dimensions === 1 ? "dimension" : "dimensions"}: ` +
        `it starts with ${hex(magic)}, expected ${hex(expectedMagic)}.`,
    );
  }
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  const announced = shape.join(" x ");
  const size = sizeOf(shape);
  if (size === 0) throw inputError(`${file} holds no values: its header says ${announced}.`);
  const missing = headerBytes + size - bytes.length;
  if (missing > 0) {
    throw inputError(
      `${file} is truncated: its header says ${announced}, of which ${missing} bytes are missing.`,
    );
  }
  if (missing < 0) {
    throw inputError(`${file} has ${-missing} bytes too many: its header says ${announced}.`);
  }
  return { shape, values: bytes.subarray(headerBytes) };
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, "0")}`;
}
