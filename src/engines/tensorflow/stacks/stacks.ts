import type { NetworkSpec } from "../../../network/specification.ts";
import type { StepOptions } from "../../engine.ts";
import type { ExampleSet } from "../../examples.ts";
import type { DeviceData } from "../device-data.ts";
import { fitsLanes } from "../lanes.ts";
import type { Runtime } from "../runtime.ts";
import { convolvesInGroups } from "./groups.ts";
import { Stack, type StackSpec } from "./stack.ts";

/** The stacks of a device: who trains together, and who alone. */
export class Stacks {
  readonly #runtime: Runtime;
  readonly #onDevice: DeviceData;
  readonly #lanes: number;
  readonly #stacks = new Map<string, Stack>();
  readonly #numbers = new WeakMap<ExampleSet, number>();
  #sets = 0;
  #groups: boolean | undefined;

  constructor(runtime: Runtime, onDevice: DeviceData, lanes: number) {
    this.#runtime = runtime;
    this.#onDevice = onDevice;
    this.#lanes = lanes;
  }

  /**
   * The stack in which a network trains on these examples: that of its specification, its optimizer, its batch size and the
   * examples. Undefined where it trains alone: with one lane, with a teacher, when it is large, a transformer, or
   * convolves where TensorFlow cannot do so in groups.
   */
  find(shared: Omit<StackSpec, "batchSize">, examples: ExampleSet, options: StepOptions): Stack | undefined {
    const { batchSize, distillation } = options;
    const isTaught = distillation !== undefined && distillation.weight > 0;
    if (this.#lanes === 1 || isTaught || !this.#fits(shared.spec, batchSize)) return undefined;
    const key = JSON.stringify([shared, batchSize, this.#numberOf(examples)]);
    const found = this.#stacks.get(key);
    if (found !== undefined) return found;
    const stack = new Stack(
      this.#runtime,
      { ...shared, batchSize },
      this.#lanes,
      () => this.#onDevice.examples(examples),
      () => this.#stacks.delete(key),
    );
    this.#stacks.set(key, stack);
    return stack;
  }

  #fits(spec: NetworkSpec, batchSize: number): boolean {
    if (!fitsLanes(spec, batchSize)) return false;
    if (!spec.layers.some(({ kind }) => kind === "conv2d")) return true;
    this.#groups ??= convolvesInGroups(this.#runtime);
    return this.#groups;
  }

  #numberOf(examples: ExampleSet): number {
    const number = this.#numbers.get(examples) ?? this.#sets++;
    this.#numbers.set(examples, number);
    return number;
  }
}
