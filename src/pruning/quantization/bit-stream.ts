/** Bits in the order in which they are written, the first in the highest bit of the first byte. */
export class BitStream {
  readonly #bytes: number[] = [];
  #free = 0;

  /** The lowest `bits` bits of a whole number below 2^53, the highest first. */
  write(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit--) {
      if (this.#free === 0) {
        this.#bytes.push(0);
        this.#free = 8;
      }
      this.#free--;
      if (Math.floor(value / 2 ** bit) % 2 === 1)
        (this.#bytes[this.#bytes.length - 1] as number) |= 1 << this.#free;
    }
  }

  /** What was written, filled up to a whole byte with zeros. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
