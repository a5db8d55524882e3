/** Whether two typed arrays of one kind have the same bits; undefined, so that others decide, where they differ or are none. */
export function equalBits(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  return bytes(a).equals(bytes(b)) ? true : undefined;
}

function bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
