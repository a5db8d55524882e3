import type { BenchForm } from "../../recording/bench-rows.ts";
import type { Form } from "./forms.ts";

/** Examples that all forms of a checkpoint are given. */
export interface BenchInputs {
  readonly count: number;
  /** Of one example. */
  readonly shape: readonly number[];
  /** [count, ...shape], row-major. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** A form on an engine. */
export interface BenchSubject {
  readonly engine: string;
  readonly form: Form;
  /** What it gives for the first so many examples: [batch, outputs], row-major. */
  readonly outputs: (batch: number) => Promise<Float32Array>;
  /** Seconds of so many calls with the first so many examples. */
  readonly time: (batch: number, calls: number) => Promise<number>;
}

/** Something that computes networks. */
export interface BenchEngine {
  readonly name: string;
  /** For people: versions, instructions. */
  readonly device: string;
  /** The forms that make a difference to it. */
  readonly forms: readonly BenchForm[];
  readonly load: (form: Form, inputs: BenchInputs) => Promise<BenchSubject>;
  readonly close: () => Promise<void>;
}
