import { endianness } from "node:os";

/**
 * The bytes of numbers, or the numbers' bytes, `width` to a value, between this machine's order and the little-endian one
 * of files: on most machines the memory itself.
 */
export function littleEndianBytes(
  {
    buffer,
    byteOffset,
    byteLength,
    BYTES_PER_ELEMENT,
  }: Float32Array | Uint32Array | Uint16Array | Uint8Array,
  width: number = BYTES_PER_ELEMENT,
): Uint8Array {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if (endianness() === "LE" || width === 1) return bytes;
  const copy = Buffer.from(bytes);
  return new Uint8Array(width === 2 ? copy.swap16() : copy.swap32());
}
