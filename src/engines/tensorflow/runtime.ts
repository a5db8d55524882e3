/** A tensor on the device, counted by `tf.memory()`. */
export interface Tensor {
  readonly dataId: object;
  readonly shape: readonly number[];
}

export type HostValues = Float32Array | Int32Array | Uint8Array;

/** What is used of the native binding: TensorFlow's eager C API, tensors named by number. */
interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_UINT8: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], type: number, values: HostValues): number;
}

/** What is used of the backend that tfjs-node registers. */
interface Backend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  createOutputTensor(info: { id: number; shape: readonly number[]; dtype: number }): Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
  readSync(dataId: object): HostValues;
}

/** What is used of the package @tensorflow/tfjs-node-gpu. */
export interface TensorFlowModule {
  tidy<T>(work: () => T): T;
  keep<T extends Tensor>(tensor: T): T;
  dispose(tensor: Tensor): void;
  memory(): { readonly numTensors: number; readonly numBytes: number };
  backend(): Backend;
}

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: string | number | boolean | readonly number[];
}

/**
 * TensorFlow's ops by name, on the GPU if there is one. Type attributes are inferred from the inputs; the others
 * are made by the methods here.
 */
export class Runtime {
  private readonly tf: TensorFlowModule;
  private readonly backend: Backend;
  private readonly binding: Binding;
  private readonly constants = new Map<string, Tensor>();

  constructor(tf: TensorFlowModule) {
    this.tf = tf;
    this.backend = tf.backend();
    this.binding = this.backend.binding;
  }

  get libraryVersion(): string {
    return this.binding.TF_Version;
  }

  get usesGpu(): boolean {
    return this.backend.isUsingGpuDevice;
  }

  /** Tensors alive, and their bytes where TensorFlow.js counts them. */
  memory(): { readonly tensors: number; readonly bytes: number } {
    const { numTensors, numBytes } = this.tf.memory();
    return { tensors: numTensors, bytes: numBytes };
  }

  /** Runs `work` and frees every tensor it made, but for those it returns or has kept. */
  scope<T>(work: () => T): T {
    return this.tf.tidy(work);
  }

  keep(tensor: Tensor): Tensor {
    return this.tf.keep(tensor);
  }

  free(tensor: Tensor): void {
    this.tf.dispose(tensor);
  }

  /** Copies values to the device: as float32 or int32, bytes as bool. */
  upload(values: HostValues, shape: readonly number[]): Tensor {
    const { TF_FLOAT, TF_INT32, TF_BOOL } = this.binding;
    const dtype =
      values instanceof Float32Array ? TF_FLOAT : values instanceof Int32Array ? TF_INT32 : TF_BOOL;
    const id = this.binding.createTensor(shape, dtype, unalignedCopy(values));
    return this.backend.createOutputTensor({ id, shape, dtype });
  }

  scalar(value: number): Tensor {
    return this.upload(Float32Array.of(value), []);
  }

  /** A scalar that is uploaded once and stays: for values of which there are few. */
  constant(value: number): Tensor {
    return this.once(`${value}`, () => this.scalar(value));
  }

  /** As `constant`, of int32: an axis, or a number of rows. */
  index(value: number): Tensor {
    return this.once(`int ${value}`, () => this.upload(Int32Array.of(value), []));
  }

  /** As `constant`, a vector of int32: axes, or a shape. */
  indices(...values: readonly number[]): Tensor {
    return this.once(`ints ${values}`, () => this.upload(Int32Array.from(values), [values.length]));
  }

  /** As `constant`, ones of a shape, float32. */
  ones(...shape: readonly number[]): Tensor {
    const count = shape.reduce((product, extent) => product * extent, 1);
    return this.once(`ones ${shape}`, () => this.upload(new Float32Array(count).fill(1), shape));
  }

  private once(name: string, make: () => Tensor): Tensor {
    const known = this.constants.get(name);
    if (known !== undefined) return known;
    const made = this.keep(make());
    this.constants.set(name, made);
    return made;
  }

  /** Waits for a tensor and copies it back. */
  read(tensor: Tensor): Float32Array {
    const values = this.backend.readSync(tensor.dataId);
    if (!(values instanceof Float32Array)) throw new TypeError("only float32 tensors are read");
    return values;
  }

  /** Runs an op with one output. */
  run(op: string, inputs: readonly Tensor[], attributes: readonly Attribute[] = []): Tensor {
    const [output] = this.backend.executeMultipleOutputs(op, attributes, inputs, 1);
    if (output === undefined) throw new Error(`the op ${op} gave nothing`);
    return output;
  }

  /** Runs an op with several outputs. */
  runMany(
    op: string,
    inputs: readonly Tensor[],
    outputs: number,
    attributes: readonly Attribute[],
  ): Tensor[] {
    return this.backend.executeMultipleOutputs(op, attributes, inputs, outputs);
  }

  /** Runs an op for its effect. */
  runEffect(op: string, inputs: readonly Tensor[], attributes: readonly Attribute[] = []): void {
    this.backend.executeMultipleOutputs(op, attributes, inputs, 0);
  }

  text(name: string, value: string): Attribute {
    return { name, type: this.binding.TF_ATTR_STRING, value };
  }

  integers(name: string, value: number | readonly number[]): Attribute {
    return { name, type: this.binding.TF_ATTR_INT, value };
  }

  flag(name: string, value: boolean): Attribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value };
  }

  float32(name: string): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value: this.binding.TF_FLOAT };
  }

  int32(name: string): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value: this.binding.TF_INT32 };
  }

  uint8(name: string): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value: this.binding.TF_UINT8 };
  }

  shape(name: string, value: readonly number[]): Attribute {
    return { name, type: this.binding.TF_ATTR_SHAPE, value };
  }
}

/**
 * TensorFlow keeps a JavaScript buffer that happens to be aligned for its kernels, and gives it back on whatever
 * thread uses it last, where JavaScript may not be called. One that starts 4 bytes off is copied at once.
 */
function unalignedCopy(values: HostValues): HostValues {
  const buffer = new ArrayBuffer(values.byteLength + 4);
  const copy =
    values instanceof Float32Array
      ? new Float32Array(buffer, 4)
      : values instanceof Int32Array
        ? new Int32Array(buffer, 4)
        : new Uint8Array(buffer, 4);
  copy.set(values);
  return copy;
}
