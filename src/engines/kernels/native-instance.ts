import { failure } from "../../foundations/errors.ts";
import type { Distillation, StepOptions } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";
import { type Description, layerCount } from "./abi.ts";
import {
  distillationArguments,
  type EntryPoints,
  exampleArguments,
  type InputPointers,
  inputArguments,
} from "./entry-points.ts";
import {
  blocksOf,
  everyExample,
  extended,
  type KernelInstance,
  NO_ROOM,
  type Room,
  roomArguments,
  roomForBlocks,
  roomForTraining,
  type Tensors,
} from "./kernel-instance.ts";

export type Koffi = typeof import("koffi").default;
type NativePointer = ArrayBufferView | null;

/** A loaded library and what its memory needs. */
export interface NativeLibrary {
  readonly entry: EntryPoints<NativePointer> & TeamEntryPoints;
  /** The address of a buffer, to align memory by. */
  readonly address: (memory: ArrayBuffer | Uint8Array) => bigint;
}

/** The functions of kernels/src/api.c for threads that compute one network together. */
interface TeamEntryPoints {
  pl_most_helpers(): number;
  pl_meeting_size(): number;
  pl_lead(network: NativePointer, meeting: NativePointer): void;
  pl_help(meeting: NativePointer, over: NativePointer): number;
}

/** Loads a compiled library. Throws when the file is none, or lacks an entry point. */
export function loadLibrary(koffi: Koffi, file: string): NativeLibrary {
  const library = koffi.load(file);
  const examples = "void *bytes, void *floats, float scale, float offset, void *labels, void *targets";
  const distillation = "void *teacher, double temperature, double weight";
  const entry: NativeLibrary["entry"] = {
    pl_abi: library.func("int pl_abi()"),
    pl_vector_length: library.func("int pl_vector_length()"),
    pl_plan_size: library.func("double pl_plan_size(int layers)"),
    pl_state_size: library.func("double pl_state_size(void *spec, void *options, void *room)"),
    pl_init: library.func("void pl_init(void *memory, void *spec, void *options, void *masks, void *lists)"),
    pl_workspace_size: library.func(
      "double pl_workspace_size(void *network, int batch, int tokens, int backward)",
    ),
    pl_bind: library.func("void pl_bind(void *network, void *memory, int batch, int tokens, int backward)"),
    pl_expect_zeros: library.func("void pl_expect_zeros(void *network, double zeros)"),
    pl_read: library.func("void pl_read(void *network, int slot, int from, int end, void *flat)"),
    pl_write: library.func("void pl_write(void *network, int slot, int from, int end, void *flat)"),
    pl_step: library.func("double pl_step(void *network)"),
    pl_set_step: library.func("void pl_set_step(void *network, double step)"),
    pl_train: library.func(
      `double pl_train(void *network, ${examples}, void *order, int count, int batch, double rate, ${distillation})`,
    ),
    pl_gradients: library.func(
      `void pl_gradients(void *network, ${examples}, void *order, int count, double divisor, int loss, void *sums, ${distillation})`,
    ),
    pl_outputs: library.func(
      `void pl_outputs(void *network, ${examples}, void *order, int count, void *outputs)`,
    ),
    pl_single: library.func(
      "void pl_single(void *network, void *bytes, void *floats, float scale, float offset, double example, void *outputs)",
    ),
    pl_input_squares: library.func(
      `void pl_input_squares(void *network, ${examples}, void *order, int count, void *sums)`,
    ),
    pl_evaluate: library.func(
      `void pl_evaluate(void *network, ${examples}, double first, int count, int batch, void *result)`,
    ),
    pl_most_helpers: library.func("int pl_most_helpers()"),
    pl_meeting_size: library.func("double pl_meeting_size()"),
    pl_lead: library.func("void pl_lead(void *network, void *meeting)"),
    pl_help: library.func("int pl_help(void *meeting, void *over)"),
  };
  return { entry, address: (memory) => koffi.address(memory) };
}

/** A network in native code: Node owns the memory, and the examples are read where they lie. */
export class NativeInstance implements KernelInstance {
  private readonly library: NativeLibrary;
  private readonly parameterCount: number;
  private state: Uint8Array<ArrayBuffer>;
  private workspace: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** What the workspace has room for. */
  private room: Room = NO_ROOM;
  private zerosExpected = 0;

  /** Where other threads may help. Kept, because the kernels know no more than where it lies. */
  private readonly meeting: Uint8Array | undefined;

  constructor(
    library: NativeLibrary,
    { spec, options, masks, lists, parameterCount }: Description,
    meeting: Uint8Array | undefined,
  ) {
    this.library = library;
    this.meeting = meeting;
    this.parameterCount = parameterCount;
    const room = alignedMemory(library, library.entry.pl_plan_size(layerCount(spec)));
    this.state = alignedMemory(library, library.entry.pl_state_size(spec, options, room));
    library.entry.pl_init(this.state, spec, options, masks, lists);
    if (this.meeting !== undefined) library.entry.pl_lead(this.state, this.meeting);
  }

  read(slot: number, { from, end }: Tensors, flat: Float32Array): void {
    this.entry.pl_read(this.state, slot, from, end, flat);
  }

  write(slot: number, { from, end }: Tensors, flat: Float32Array): void {
    this.entry.pl_write(this.state, slot, from, end, flat);
  }

  readStep(): number {
    return this.entry.pl_step(this.state);
  }

  writeStep(step: number): void {
    this.entry.pl_set_step(this.state, step);
  }

  /** Takes effect with the workspace, which whoever needs it knows the size of. */
  expectZeros(fraction: number): void {
    this.zerosExpected = fraction;
    if (this.room !== NO_ROOM) this.entry.pl_expect_zeros(this.state, fraction);
  }

  train(examples: ExampleSet, order: Uint32Array, options: StepOptions): number {
    const { batchSize, learningRate, distillation } = options;
    this.reserve(roomForTraining(examples, order, batchSize));
    const data = nativeExamples(examples);
    const step = [order, order.length, batchSize, learningRate] as const;
    return this.entry.pl_train(this.state, ...data, ...step, ...nativeTeacher(distillation));
  }

  gradients(
    examples: ExampleSet,
    order: Uint32Array,
    loss: number,
    distillation: Distillation | undefined,
  ): Float32Array {
    this.reserve(roomForBlocks(examples, true));
    const sums = new Float32Array(this.parameterCount);
    const data = nativeExamples(examples);
    const teacher = nativeTeacher(distillation);
    for (const block of blocksOf(examples, order)) {
      const batch = [block, block.length, order.length] as const;
      this.entry.pl_gradients(this.state, ...data, ...batch, loss, sums, ...teacher);
    }
    return sums;
  }

  outputs(examples: ExampleSet, order: Uint32Array, width: number): Float32Array {
    this.reserve(roomForBlocks(examples, false));
    const outputs = new Float32Array(order.length * width);
    const data = nativeExamples(examples);
    let done = 0;
    for (const block of blocksOf(examples, order)) {
      this.entry.pl_outputs(this.state, ...data, block, block.length, outputs.subarray(done));
      done += block.length * width;
    }
    return outputs;
  }

  outputsOfOne(examples: ExampleSet, index: number, width: number): Float32Array {
    this.reserve(roomForBlocks(examples, false));
    const outputs = new Float32Array(width);
    const inputs = inputArguments<NativePointer>(examples, nativeInputs(examples), null);
    this.entry.pl_single(this.state, ...inputs, index, outputs);
    return outputs;
  }

  inputSquares(examples: ExampleSet, order: Uint32Array, length: number): Float64Array {
    this.reserve(roomForBlocks(examples, false));
    const sums = new Float64Array(length);
    const data = nativeExamples(examples);
    for (const block of blocksOf(examples, order)) {
      this.entry.pl_input_squares(this.state, ...data, block, block.length, sums);
    }
    return sums;
  }

  evaluate(examples: ExampleSet): { loss: number; correct: number } {
    this.reserve(roomForBlocks(examples, false));
    const result = new Float64Array(2);
    const data = nativeExamples(examples);
    for (const block of blocksOf(examples, everyExample(examples))) {
      this.entry.pl_evaluate(this.state, ...data, block[0] ?? 0, block.length, block.length, result);
    }
    const [loss = 0, correct = 0] = result;
    return { loss, correct };
  }

  release(): void {
    this.state = new Uint8Array();
    this.workspace = this.state;
  }

  private get entry(): EntryPoints<NativePointer> {
    return this.library.entry;
  }

  private reserve(needed: Room): void {
    const room = extended(this.room, needed);
    if (room === this.room) return;
    const bytes = this.entry.pl_workspace_size(this.state, ...roomArguments(room));
    this.workspace = new Uint8Array();
    this.workspace = alignedMemory(this.library, bytes);
    this.entry.pl_bind(this.state, this.workspace, ...roomArguments(room));
    this.entry.pl_expect_zeros(this.state, this.zerosExpected);
    this.room = room;
  }
}

function nativeInputs({ inputs }: ExampleSet): InputPointers<NativePointer> {
  return { values: inputs.values, starts: inputs.kind === "tokens" ? inputs.starts : null };
}

function nativeExamples(examples: ExampleSet) {
  const { targets } = examples;
  const values = targets.kind === "classes" ? targets.labels : targets.values;
  return exampleArguments<NativePointer>(examples, nativeInputs(examples), values, null);
}

function nativeTeacher(distillation: Distillation | undefined) {
  return distillationArguments<NativePointer>(distillation, distillation?.teacherOutputs ?? null, null);
}

/** Zeroed memory that starts at a multiple of 64 bytes, a cache line and the widest vector. */
function alignedMemory(library: NativeLibrary, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    const buffer = new ArrayBuffer(bytes + 64);
    return new Uint8Array(buffer, Number(-library.address(buffer) & 63n), bytes);
  } catch (cause) {
    throw failure(`The network needs ${Math.ceil(bytes / 2 ** 20)} MiB of memory.`, { cause });
  }
}
