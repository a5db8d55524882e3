import type { ExampleSet } from "../examples.ts";
import { DeviceExamples } from "./device-examples.ts";
import type { Runtime, Tensor } from "./runtime.ts";

/** The device's copies of what networks read: each made when it is first asked for, and kept until it is dropped. */
export class DeviceData {
  readonly #runtime: Runtime;
  readonly #examples = new Map<ExampleSet, DeviceExamples>();
  readonly #teachers = new Map<Float32Array, Tensor>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  examples(set: ExampleSet): DeviceExamples {
    const found = this.#examples.get(set);
    if (found !== undefined) return found;
    const made = new DeviceExamples(this.#runtime, set);
    this.#examples.set(set, made);
    return made;
  }

  /** A teacher's outputs for all examples, `width` an example. */
  teacher(outputs: Float32Array, width: number): Tensor {
    const found = this.#teachers.get(outputs);
    if (found !== undefined) return found;
    const made = this.#runtime.keep(this.#runtime.upload(outputs, [outputs.length / width, width]));
    this.#teachers.set(outputs, made);
    return made;
  }

  dropExamples(set: ExampleSet): void {
    this.#examples.get(set)?.dispose();
    this.#examples.delete(set);
  }

  dropTeacher(outputs: Float32Array): void {
    const tensor = this.#teachers.get(outputs);
    if (tensor !== undefined) this.#runtime.free(tensor);
    this.#teachers.delete(outputs);
  }
}
