import type { Distillation } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";

/**
 * The functions of kernels/src/api.c, where they are explained. A pointer is an offset into memory for
 * WebAssembly, a typed array or null for native code.
 */
export interface EntryPoints<Pointer> {
  pl_abi(): number;
  pl_vector_length(): number;
  pl_plan_size(layers: number): number;
  pl_state_size(spec: Pointer, options: Pointer, room: Pointer): number;
  pl_init(memory: Pointer, spec: Pointer, options: Pointer, masks: Pointer, lists: Pointer): void;
  pl_workspace_size(network: Pointer, ...room: RoomArguments): number;
  pl_bind(network: Pointer, memory: Pointer, ...room: RoomArguments): void;
  pl_expect_zeros(network: Pointer, zeros: number): void;
  pl_read(network: Pointer, slot: number, from: number, end: number, flat: Pointer): void;
  pl_write(network: Pointer, slot: number, from: number, end: number, flat: Pointer): void;
  pl_step(network: Pointer): number;
  pl_set_step(network: Pointer, step: number): void;
  pl_train(
    network: Pointer,
    ...rest: [
      ...examples: ExampleArguments<Pointer>,
      order: Pointer,
      count: number,
      batch: number,
      rate: number,
      ...distillation: DistillationArguments<Pointer>,
    ]
  ): number;
  pl_gradients(
    network: Pointer,
    ...rest: [
      ...examples: ExampleArguments<Pointer>,
      order: Pointer,
      count: number,
      divisor: number,
      loss: number,
      sums: Pointer,
      ...distillation: DistillationArguments<Pointer>,
    ]
  ): void;
  pl_outputs(
    network: Pointer,
    ...rest: [...examples: ExampleArguments<Pointer>, order: Pointer, count: number, outputs: Pointer]
  ): void;
  pl_single(
    network: Pointer,
    ...rest: [...inputs: InputArguments<Pointer>, example: number, outputs: Pointer]
  ): void;
  pl_input_squares(
    network: Pointer,
    ...rest: [...examples: ExampleArguments<Pointer>, order: Pointer, count: number, sums: Pointer]
  ): void;
  pl_evaluate(
    network: Pointer,
    ...rest: [
      ...examples: ExampleArguments<Pointer>,
      first: number,
      count: number,
      batch: number,
      result: Pointer,
    ]
  ): void;
}

export type RoomArguments = [batch: number, tokens: number, backward: number];

/** Of texts: their tokens, where each text's start, and the bytes of a token. */
export type InputArguments<Pointer> = [bytes: Pointer, floats: Pointer, scale: number, offset: number];

export type ExampleArguments<Pointer> = [
  ...inputs: InputArguments<Pointer>,
  labels: Pointer,
  targets: Pointer,
];

export type DistillationArguments<Pointer> = [teacher: Pointer, temperature: number, weight: number];

/** Arranges a pointer to the teacher's outputs, and how they count; `none` is the null pointer. */
export function distillationArguments<Pointer>(
  distillation: Distillation | undefined,
  teacher: Pointer,
  none: Pointer,
): DistillationArguments<Pointer> {
  if (distillation === undefined) return [none, 1, 0];
  return [teacher, distillation.temperature, distillation.weight];
}

/** Pointers to the input values and, of texts, to where each starts. */
export interface InputPointers<Pointer> {
  readonly values: Pointer;
  readonly starts: Pointer;
}

/** Arranges the pointers to inputs as the entry points take them; `none` is the null pointer. */
export function inputArguments<Pointer>(
  { inputs }: ExampleSet,
  { values, starts }: InputPointers<Pointer>,
  none: Pointer,
): InputArguments<Pointer> {
  if (inputs.kind === "tokens") return [values, starts, inputs.values.BYTES_PER_ELEMENT, 0];
  return inputs.kind === "bytes" ? [values, none, inputs.scale, inputs.offset] : [none, values, 1, 0];
}

/** Arranges the pointers to inputs and targets as the entry points take them; `none` is the null pointer. */
export function exampleArguments<Pointer>(
  examples: ExampleSet,
  inputs: InputPointers<Pointer>,
  targets: Pointer,
  none: Pointer,
): ExampleArguments<Pointer> {
  const labelled = examples.targets.kind === "classes";
  return [...inputArguments(examples, inputs, none), labelled ? targets : none, labelled ? none : targets];
}
