import type { Runtime, Tensor } from "../runtime.ts";
import { Variable } from "../variable.ts";

/** A matrix on the device with a row for each lane. */
export class RowsVariable {
  readonly matrix: Variable;
  readonly #runtime: Runtime;
  readonly #length: number;

  constructor(runtime: Runtime, lanes: number, length: number) {
    this.#runtime = runtime;
    this.#length = length;
    this.matrix = new Variable(runtime, [lanes, length]);
  }

  /** One row, [1, length]; within a scope. */
  row(lane: number): Tensor {
    const runtime = this.#runtime;
    const [from, size] = [runtime.indices(lane, 0), runtime.indices(1, this.#length)];
    return runtime.run("Slice", [this.matrix.value(), from, size]);
  }

  read(lane: number): Float32Array {
    const row = this.#runtime.scope(() => this.row(lane));
    try {
      return this.#runtime.read(row);
    } finally {
      this.#runtime.free(row);
    }
  }

  write(lane: number, values: Float32Array): void {
    const runtime = this.#runtime;
    runtime.scope(() => {
      const rows = [runtime.indices(lane, 0), runtime.indices(lane + 1, this.#length), runtime.indices(1, 1)];
      const value = runtime.upload(values, [1, this.#length]);
      runtime.runEffect("ResourceStridedSliceAssign", [this.matrix.handle, ...rows, value]);
    });
  }

  dispose(): void {
    this.matrix.dispose();
  }
}
