import { failure } from "../../foundations/errors.ts";
import type { Distillation, StepOptions } from "../engine.ts";
import { type ExampleSet, exampleSize, numericInputs, type TokenValues } from "../examples.ts";
import { type Description, layerCount, SUM_OF_OUTPUTS } from "./abi.ts";
import { distillationArguments, type EntryPoints, exampleArguments, inputArguments } from "./entry-points.ts";
import {
  BLOCK,
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

const PAGE = 65536;

interface WasmExports extends EntryPoints<number> {
  readonly memory: WebAssembly.Memory;
  readonly __heap_base: WebAssembly.Global;
}

/** What is staged with the inputs of a batch. */
interface StageRequest {
  /** Default: true. */
  readonly targets?: boolean;
  readonly resultBytes?: number;
  readonly distillation?: Distillation | undefined;
}

/**
 * A network in a WebAssembly instance of its own. Its memory holds, one after the other: what the module
 * needs, the state, a flat array of parameters, the workspace, and one staged batch.
 */
export class WasmInstance implements KernelInstance {
  private readonly wasm: WasmExports;
  private readonly parameterCount: number;
  private readonly state: number;
  private readonly flat: number;
  private readonly workspace: number;
  private staging = 0;
  /** What the workspace has room for. */
  private room: Room = NO_ROOM;

  constructor(module: WebAssembly.Module, description: Description) {
    const { spec, options, masks, lists, parameterCount } = description;
    this.wasm = new WebAssembly.Instance(module).exports as unknown as WasmExports;
    this.parameterCount = parameterCount;
    const optionsAt = align(this.wasm.__heap_base.value);
    const specAt = align(optionsAt + options.byteLength);
    const listsAt = align(specAt + spec.byteLength);
    this.state = align(listsAt + lists.byteLength);
    // The room to find the size of the state in lies where the state will, and is zeros again before.
    const roomBytes = this.wasm.pl_plan_size(layerCount(spec));
    this.grow(this.state + roomBytes);
    new Float64Array(this.memory, optionsAt, options.length).set(options);
    new Int32Array(this.memory, specAt, spec.length).set(spec);
    new Int32Array(this.memory, listsAt, lists.length).set(lists);
    this.flat = align(this.state + this.wasm.pl_state_size(specAt, optionsAt, this.state));
    new Uint8Array(this.memory, this.state, roomBytes).fill(0);
    this.workspace = align(this.flat + parameterCount * 4);
    this.grow(this.workspace);
    new Uint8Array(this.memory, this.flat, masks.length).set(masks);
    this.wasm.pl_init(this.state, specAt, optionsAt, this.flat, listsAt);
  }

  read(slot: number, { from, end }: Tensors, flat: Float32Array): void {
    this.wasm.pl_read(this.state, slot, from, end, this.flat);
    flat.set(this.flatFloats().subarray(0, flat.length));
  }

  write(slot: number, { from, end }: Tensors, flat: Float32Array): void {
    this.flatFloats().set(flat);
    this.wasm.pl_write(this.state, slot, from, end, this.flat);
  }

  readStep(): number {
    return this.wasm.pl_step(this.state);
  }

  writeStep(step: number): void {
    this.wasm.pl_set_step(this.state, step);
  }

  expectZeros(fraction: number): void {
    this.reserve({ ...NO_ROOM, batch: BLOCK });
    this.wasm.pl_expect_zeros(this.state, fraction);
  }

  train(examples: ExampleSet, order: Uint32Array, options: StepOptions): number {
    const { batchSize, learningRate, distillation } = options;
    let loss = 0;
    this.reserve(roomForTraining(examples, order, batchSize));
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = order.subarray(start, start + batchSize);
      const [data, orderAt, , teacherAt] = this.stage(examples, batch, { distillation });
      const step = [orderAt, batch.length, batch.length, learningRate] as const;
      const teacher = distillationArguments(distillation, teacherAt, 0);
      loss += this.wasm.pl_train(this.state, ...data, ...step, ...teacher);
    }
    return loss;
  }

  gradients(
    examples: ExampleSet,
    order: Uint32Array,
    loss: number,
    distillation: Distillation | undefined,
  ): Float32Array {
    this.reserve(roomForBlocks(examples, true));
    this.flatFloats().fill(0);
    for (const block of blocksOf(examples, order)) {
      const staged = this.stage(examples, block, { targets: loss !== SUM_OF_OUTPUTS, distillation });
      const [data, orderAt, , teacherAt] = staged;
      const batch = [orderAt, block.length, order.length] as const;
      const teacher = distillationArguments(distillation, teacherAt, 0);
      this.wasm.pl_gradients(this.state, ...data, ...batch, loss, this.flat, ...teacher);
    }
    return this.flatFloats().slice();
  }

  outputs(examples: ExampleSet, order: Uint32Array, width: number): Float32Array {
    this.reserve(roomForBlocks(examples, false));
    const outputs = new Float32Array(order.length * width);
    let done = 0;
    for (const block of blocksOf(examples, order)) {
      const length = block.length * width;
      const [data, orderAt, resultAt] = this.stage(examples, block, {
        targets: false,
        resultBytes: 4 * length,
      });
      this.wasm.pl_outputs(this.state, ...data, orderAt, block.length, resultAt);
      outputs.set(new Float32Array(this.memory, resultAt, length), done);
      done += length;
    }
    return outputs;
  }

  outputsOfOne(examples: ExampleSet, index: number, width: number): Float32Array {
    const { values } = numericInputs(examples);
    const size = exampleSize(examples);
    this.reserve(roomForBlocks(examples, false));
    const outputsAt = this.staging;
    const inputsAt = align(outputsAt + 4 * width);
    this.grow(inputsAt + size * values.BYTES_PER_ELEMENT);
    copyRows(values, size, Uint32Array.of(index), this.memory, inputsAt);
    this.wasm.pl_single(
      this.state,
      ...inputArguments(examples, { values: inputsAt, starts: 0 }, 0),
      0,
      outputsAt,
    );
    return new Float32Array(this.memory, outputsAt, width).slice();
  }

  inputSquares(examples: ExampleSet, order: Uint32Array, length: number): Float64Array {
    this.reserve(roomForBlocks(examples, false));
    const sums = new Float64Array(length);
    for (const block of blocksOf(examples, order)) {
      const [data, orderAt, resultAt] = this.stage(examples, block, {
        targets: false,
        resultBytes: 8 * length,
      });
      new Float64Array(this.memory, resultAt, length).set(sums);
      this.wasm.pl_input_squares(this.state, ...data, orderAt, block.length, resultAt);
      sums.set(new Float64Array(this.memory, resultAt, length));
    }
    return sums;
  }

  evaluate(examples: ExampleSet): { loss: number; correct: number } {
    this.reserve(roomForBlocks(examples, false));
    const result = new Float64Array(2);
    for (const block of blocksOf(examples, everyExample(examples))) {
      const { length } = block;
      const [data, , resultAt] = this.stage(examples, block);
      new Float64Array(this.memory, resultAt, 2).set(result);
      this.wasm.pl_evaluate(this.state, ...data, 0, length, length, resultAt);
      result.set(new Float64Array(this.memory, resultAt, 2));
    }
    const [loss = 0, correct = 0] = result;
    return { loss, correct };
  }

  /** The instance goes with the last reference to it. */
  release(): void {}

  /**
   * Copies the examples into the memory, in their order; returns the arguments that point at them, where the order
   * lies, room for a result, and where the teacher's outputs lie if there is one.
   */
  private stage(examples: ExampleSet, batch: Uint32Array, request: StageRequest = {}) {
    const { targets, count, inputs } = examples;
    const { targets: wanted = true, resultBytes = 16, distillation } = request;
    const teacher = distillation?.teacherOutputs ?? new Float32Array();
    const teacherWidth = teacher.length / count;
    const values = targets.kind === "classes" ? targets.labels : targets.values;
    const targetWidth = !wanted ? 0 : targets.kind === "classes" ? 1 : targets.width;
    const orderAt = this.staging;
    const resultAt = align(orderAt + batch.length * 4);
    const targetsAt = align(resultAt + resultBytes);
    const teacherAt = align(targetsAt + batch.length * targetWidth * values.BYTES_PER_ELEMENT);
    const startsAt = align(teacherAt + batch.length * teacherWidth * teacher.BYTES_PER_ELEMENT);
    const starts = inputs.kind === "tokens" ? startsIn(inputs, batch) : new Uint32Array();
    const inputsAt = align(startsAt + starts.byteLength);
    const inputValues =
      inputs.kind === "tokens" ? (starts.at(-1) ?? 0) : batch.length * exampleSize(examples);
    this.grow(inputsAt + inputValues * inputs.values.BYTES_PER_ELEMENT);
    const order = new Uint32Array(this.memory, orderAt, batch.length);
    for (let i = 0; i < order.length; i++) order[i] = i;
    copyRows(values, targetWidth, batch, this.memory, targetsAt);
    copyRows(teacher, teacherWidth, batch, this.memory, teacherAt);
    new Uint32Array(this.memory, startsAt, starts.length).set(starts);
    if (inputs.kind === "tokens") copyTexts(inputs, batch, starts, this.memory, inputsAt);
    else copyRows(inputs.values, exampleSize(examples), batch, this.memory, inputsAt);
    const at = { values: inputsAt, starts: startsAt };
    return [exampleArguments(examples, at, targetsAt, 0), orderAt, resultAt, teacherAt] as const;
  }

  private reserve(needed: Room): void {
    const room = extended(this.room, needed);
    if (room === this.room) return;
    this.staging = align(this.workspace + this.wasm.pl_workspace_size(this.state, ...roomArguments(room)));
    this.grow(this.staging);
    new Uint8Array(this.memory, this.workspace, this.staging - this.workspace).fill(0);
    this.wasm.pl_bind(this.state, this.workspace, ...roomArguments(room));
    this.room = room;
  }

  /** The memory; another object after each growth. */
  private get memory(): ArrayBuffer {
    return this.wasm.memory.buffer;
  }

  private flatFloats(): Float32Array {
    return new Float32Array(this.memory, this.flat, this.parameterCount);
  }

  private grow(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      this.wasm.memory.grow(missing);
    } catch (cause) {
      throw failure(`The network needs ${Math.ceil(bytes / 2 ** 20)} MiB; WebAssembly has at most 4 GiB.`, {
        cause,
      });
    }
  }
}

function align(offset: number): number {
  return Math.ceil(offset / 64) * 64;
}

/** Copies rows of `width` values, each row given by its index, one after the other to `offset`. */
function copyRows(
  from: Uint8Array | Float32Array,
  width: number,
  rows: Uint32Array,
  memory: ArrayBuffer,
  offset: number,
): void {
  const to =
    from instanceof Uint8Array
      ? new Uint8Array(memory, offset, rows.length * width)
      : new Float32Array(memory, offset, rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * width;
    to.set(from.subarray(start, start + width), i * width);
  }
}

/** Where the tokens of each text start when those of a batch lie one after the other, and where the last one's end. */
function startsIn({ starts }: TokenValues, batch: Uint32Array): Uint32Array {
  const result = new Uint32Array(batch.length + 1);
  batch.forEach((index, i) => {
    const length = (starts[index + 1] as number) - (starts[index] as number);
    result[i + 1] = (result[i] as number) + length;
  });
  return result;
}

function copyTexts(
  { values, starts }: TokenValues,
  batch: Uint32Array,
  to: Uint32Array,
  memory: ArrayBuffer,
  offset: number,
): void {
  const length = to.at(-1) ?? 0;
  const target =
    values instanceof Uint16Array
      ? new Uint16Array(memory, offset, length)
      : new Int32Array(memory, offset, length);
  batch.forEach((index, i) => {
    target.set(values.subarray(starts[index], starts[index + 1]), to[i]);
  });
}
