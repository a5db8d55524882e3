/** Numbers as base64 text, little-endian on every machine: compact in JSON, and the same bytes everywhere. */

export function packFloats(values: ArrayLike<number>): string {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i] as number, 4 * i);
  return bytes.toString("base64");
}

export function unpackFloats(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

/** Whole numbers from 0 to 2^32 - 1. */
export function packCounts(values: ArrayLike<number>): string {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeUInt32LE(values[i] as number, 4 * i);
  return bytes.toString("base64");
}

export function unpackCounts(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
}

/** Truth values, eight a byte, the first in the lowest bit. */
export function packBits(values: ArrayLike<boolean>): string {
  const bytes = Buffer.alloc(Math.ceil(values.length / 8));
  for (let i = 0; i < values.length; i++)
    if (values[i]) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  return bytes.toString("base64");
}

/** The first `count` of packed truth values. */
export function unpackBits(text: string, count: number): boolean[] {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: count }, (_, i) => (((bytes[i >> 3] ?? 0) >> (i & 7)) & 1) === 1);
}

/** Whole numbers from -128 to 127. */
export function packBytes(values: Int8Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.length).toString("base64");
}

export function unpackBytes(text: string): number[] {
  return [...new Int8Array(Buffer.from(text, "base64"))];
}
