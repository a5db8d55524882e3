import { inputError } from "../../../foundations/errors.ts";
import { sizeOf } from "../../../network/shapes.ts";
import type { SizedHeader } from "../../uncompressed.ts";

/** An array of unsigned bytes, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

const unsignedByte = 0x08;

/** Bytes of the header of an array with so many dimensions. */
function headerBytes(dimensions: number): number {
  return 4 + 4 * dimensions;
}

/** How a file tells its size in its header. */
export function idxHeader(file: string, dimensions: number): SizedHeader {
  return {
    bytes: headerBytes(dimensions),
    sizeOf: (head) => headerBytes(dimensions) + sizeOf(readShape(head, file, dimensions)),
  };
}

/**
 * Reads the IDX format of the MNIST page: two zero bytes, the type of the values (only 0x08, unsigned byte, is
 * read), the number of dimensions, their sizes as big-endian 32-bit integers, then the values. The values
 * returned are a view into `bytes`. Throws a PruneLabError that names `file` when it is anything else.
 */
export function parseIdx(bytes: Uint8Array, file: string, dimensions: number): IdxArray {
  const shape = readShape(bytes, file, dimensions);
  const announced = shape.join(" x ");
  const missing = headerBytes(dimensions) + sizeOf(shape) - bytes.length;
  if (missing > 0) {
    throw inputError(
      `${file} is truncated: its header says ${announced}, of which ${missing} bytes are missing.`,
    );
  }
  if (missing < 0) throw inputError(`${file} has more bytes than its header says: ${announced}.`);
  return { shape, values: bytes.subarray(headerBytes(dimensions)) };
}

function readShape(bytes: Uint8Array, file: string, dimensions: number): number[] {
  if (bytes.length === 0) throw inputError(`${file} is empty.`);
  if (bytes.length < headerBytes(dimensions)) {
    throw inputError(
      `${file} is truncated: it has ${bytes.length} bytes, its IDX header alone takes ${headerBytes(dimensions)}.`,
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
  if (sizeOf(shape) === 0) {
    throw inputError(`${file} holds no values: its header says ${shape.join(" x ")}.`);
  }
  return shape;
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, "0")}`;
}
