import { promisify } from "node:util";
import { constants, deflate } from "node:zlib";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Of each row: what the one above it has is taken from it. */
const FILTER_UP = 2;

/**
 * Runs of equal bytes alone: zlib's other ways to find what repeats differ from processor to processor, and so would the
 * bytes. Of pictures that are mostly paper little is left of a row but zeros.
 */
const COMPRESSION = { strategy: constants.Z_RLE, level: 6, memLevel: 9, chunkSize: 2 ** 20 };

/**
 * A PNG (ISO/IEC 15948) of opaque pixels, the same bytes on every machine. `pixels` are rows of RGBA, [height, width, 4],
 * aligned to 4 bytes, whose alpha is not looked at.
 */
export async function encodePng(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits a sample
  header.setUint8(9, 2); // RGB
  const data = await promisify(deflate)(filtered(pixels, width, height), COMPRESSION);
  return Buffer.concat([
    SIGNATURE,
    ...chunk("IHDR", new Uint8Array(header.buffer)),
    ...chunk("IDAT", data),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

/** The differences of each row from the one above it, behind the filter's number: [height, 1 + 3 width]. */
function filtered(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const words = new Int32Array(pixels.buffer, pixels.byteOffset, width * height);
  const rows = new Uint8Array(height * (1 + 3 * width));
  let above: Int32Array = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    const row = words.subarray(y * width, (y + 1) * width);
    let at = y * (1 + 3 * width);
    rows[at++] = FILTER_UP;
    for (let x = 0; x < width; x++, at += 3) {
      const value = row[x] as number;
      const before = above[x] as number;
      if (value === before) continue;
      rows[at] = value - before;
      rows[at + 1] = (value >> 8) - (before >> 8);
      rows[at + 2] = (value >> 16) - (before >> 16);
    }
    above = row;
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Uint8Array[] {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [new DataView(new ArrayBuffer(4)), new DataView(new ArrayBuffer(4))];
  length.setUint32(0, data.length);
  check.setUint32(0, crc32(typed));
  return [new Uint8Array(length.buffer), typed, new Uint8Array(check.buffer)];
}

const CRC_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** node:zlib's own begins with Node 20.15. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_OF_BYTE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
