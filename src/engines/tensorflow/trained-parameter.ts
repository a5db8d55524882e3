import type { ParameterSpec, Parameters } from "../../network/parameters.ts";
import { sized, valuesFor } from "./home.ts";
import { type Layout, parameterLayout } from "./layout.ts";
import type { Runtime, Tensor } from "./runtime.ts";
import { Variable } from "./variable.ts";

interface Mask {
  readonly values: Uint8Array;
  /** True where a value is kept, and zeros of the same shape: inputs of the op that masks a gradient. */
  readonly kept: Tensor;
  readonly zeros: Tensor;
}

/** One parameter tensor on the device, with its mask and what the optimizer remembers of it. */
export class TrainedParameter {
  readonly name: string;
  readonly variable: Variable;
  /** In the order of the optimizer's slots. */
  readonly slots: readonly Variable[];
  readonly #runtime: Runtime;
  readonly #spec: ParameterSpec;
  readonly #layout: Layout;
  #mask: Mask | undefined;

  constructor(runtime: Runtime, spec: ParameterSpec, slotCount: number) {
    this.name = spec.name;
    this.#runtime = runtime;
    this.#spec = spec;
    this.#layout = parameterLayout(spec.shape);
    this.variable = new Variable(runtime, this.#layout.shape);
    this.slots = Array.from({ length: slotCount }, () => new Variable(runtime, this.#layout.shape));
  }

  /** Puts a mask in force, or none. Throws a RangeError when it is of another size. */
  setMask(values: Uint8Array | undefined): void {
    this.#freeMask();
    if (values === undefined) return;
    const { shape } = this.#layout;
    this.#mask = {
      values: sized(values, this.#spec).slice(),
      kept: this.#runtime.keep(this.#runtime.upload(this.#layout.toDevice(values), shape)),
      zeros: this.#runtime.keep(this.#runtime.upload(new Float32Array(this.#spec.size), shape)),
    };
    for (const variable of [this.variable, ...this.slots]) this.#write(variable, this.read(variable));
  }

  /** A gradient with zeros where the parameter is pruned. */
  masked(gradient: Tensor): Tensor {
    // A choice, not a product: also a gradient that is not finite is 0 where it is pruned.
    return this.#mask === undefined
      ? gradient
      : this.#runtime.run("Select", [this.#mask.kept, gradient, this.#mask.zeros]);
  }

  /** The values of the parameter or one of its slots. */
  read(variable: Variable): Float32Array {
    return this.#layout.toHost(variable.read());
  }

  /**
   * Writes the parameter or one of its slots from the tensor of its name, 0 where it is pruned. Throws a RangeError when
   * there is none or it is of another size.
   */
  write(variable: Variable, tensors: Parameters): void {
    this.#write(variable, valuesFor(tensors, this.#spec));
  }

  dispose(): void {
    this.#freeMask();
    for (const variable of [this.variable, ...this.slots]) variable.dispose();
  }

  #write(variable: Variable, values: Float32Array): void {
    const mask = this.#mask?.values;
    const masked = mask === undefined ? values : values.map((value, i) => (mask[i] === 0 ? 0 : value));
    variable.write(this.#layout.toDevice(masked));
  }

  #freeMask(): void {
    if (this.#mask === undefined) return;
    this.#runtime.free(this.#mask.kept);
    this.#runtime.free(this.#mask.zeros);
    this.#mask = undefined;
  }
}
