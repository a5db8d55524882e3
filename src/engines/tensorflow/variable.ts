import { sizeOf } from "../../network/shapes.ts";
import type { Runtime, Tensor } from "./runtime.ts";

let created = 0;

/** A float32 tensor on the device that ops change in place. Starts with zeros. */
export class Variable {
  readonly handle: Tensor;
  readonly #runtime: Runtime;
  readonly #shape: readonly number[];

  constructor(runtime: Runtime, shape: readonly number[]) {
    this.#runtime = runtime;
    this.#shape = shape;
    const attributes = [
      runtime.float32("dtype"),
      runtime.shape("shape", shape),
      runtime.text("shared_name", `variable-${created++}`),
    ];
    this.handle = runtime.keep(runtime.run("VarHandleOp", [], attributes));
    this.write(new Float32Array(sizeOf(shape)));
  }

  write(values: Float32Array): void {
    this.#runtime.scope(() => {
      const tensor = this.#runtime.upload(values, this.#shape);
      this.#runtime.runEffect("AssignVariableOp", [this.handle, tensor]);
    });
  }

  /** Its value, without a copy: free it before the variable changes, or the change costs one. */
  value(): Tensor {
    return this.#runtime.run("ReadVariableOp", [this.handle], [this.#runtime.float32("dtype")]);
  }

  /** Not as what a scope returns: TensorFlow.js would look at every value of it for tensors. */
  read(): Float32Array {
    const value = this.value();
    try {
      return this.#runtime.read(value);
    } finally {
      this.#runtime.free(value);
    }
  }

  dispose(): void {
    this.#runtime.runEffect("DestroyResourceOp", [this.handle]);
    this.#runtime.free(this.handle);
  }
}
