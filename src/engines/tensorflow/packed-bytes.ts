import { sizeOf } from "../../network/shapes.ts";
import type { Runtime, Tensor } from "./runtime.ts";

/**
 * Rows of bytes on the device, four to a float32 that is never read as a number: TensorFlow has no kernel that gathers
 * bytes on a GPU, and would fetch all rows to the CPU for each batch.
 */
export class PackedBytes {
  readonly #runtime: Runtime;
  readonly #rows: Tensor;
  /** Shape of a row, and its number of bytes. */
  readonly #shape: readonly number[];
  readonly #size: number;
  readonly #words: number;

  /** `values` holds rows of the given shape. */
  constructor(runtime: Runtime, values: Uint8Array, shape: readonly number[]) {
    this.#runtime = runtime;
    this.#shape = shape;
    this.#size = sizeOf(shape);
    this.#words = Math.ceil(this.#size / 4);
    const count = values.length / this.#size;
    const padded = new Uint8Array(4 * this.#words * count);
    for (let row = 0; row < count; row++) {
      padded.set(values.subarray(row * this.#size, (row + 1) * this.#size), 4 * this.#words * row);
    }
    this.#rows = runtime.keep(runtime.upload(new Float32Array(padded.buffer), [count, this.#words]));
  }

  /** The bytes of some rows as float32, [rows, ...shape]; `gather` takes them from a tensor by its first axis. */
  take(gather: (tensor: Tensor) => Tensor): Tensor {
    const runtime = this.#runtime;
    const vector = (...values: number[]) => runtime.upload(Int32Array.from(values), [values.length]);
    const bytes = runtime.run("Bitcast", [gather(this.#rows)], [runtime.uint8("type")]);
    const floats = runtime.run("Cast", [bytes], [runtime.float32("DstT")]);
    const shape = vector(-1, ...this.#shape);
    if (this.#size === 4 * this.#words) return runtime.run("Reshape", [floats, shape]);
    const padded = runtime.run("Reshape", [floats, vector(-1, 4 * this.#words)]);
    const rows = runtime.run("Slice", [padded, vector(0, 0), vector(-1, this.#size)]);
    return runtime.run("Reshape", [rows, shape]);
  }

  dispose(): void {
    this.#runtime.free(this.#rows);
  }
}
