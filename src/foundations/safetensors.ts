import * as z from "zod";
import { inputError } from "./errors.ts";
import { littleEndianBytes } from "./little-endian.ts";
import { excerpt, quote } from "./quote.ts";

/**
 * The safetensors format (github.com/huggingface/safetensors), which Python reads too: 8 bytes with the length
 * of the header (little-endian), the header as JSON, then the tensors' bytes without gaps. Offsets in the header
 * count from the end of the header.
 */

export interface Tensor {
  /** `fc1.weight` */
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Row-major; F32, U32, U16 or U8 in the file, where F16 and BF16 may stand too: each of their values is a 32-bit one.
   */
  readonly values: Float32Array | Uint32Array | Uint16Array | Uint8Array;
}

/** Texts that stand in the header beside the tensors. */
export type Metadata = Readonly<Record<string, string>>;

const metadataKey = "__metadata__";

const bytesPerValue = { F32: 4, F16: 2, BF16: 2, U32: 4, U16: 2, U8: 1, BOOL: 1 } as const;

/** What is written, in the order of the file: larger values first, so that every value is aligned. */
const writtenTypes = [
  { dtype: "F32", array: Float32Array },
  { dtype: "U32", array: Uint32Array },
  { dtype: "U16", array: Uint16Array },
  { dtype: "U8", array: Uint8Array },
] as const;

const nonNegative = z.int().nonnegative();
/** The second is no key that a parsed header keeps: zod drops it, for safety. */
const reservedNames: readonly string[] = [metadataKey, "__proto__"];

const headerSchema = z.object({ [metadataKey]: z.record(z.string(), z.string()).optional() }).catchall(
  z.object({
    dtype: z.string(),
    shape: z.array(nonNegative),
    data_offsets: z.tuple([nonNegative, nonNegative]),
  }),
);

/**
 * The bytes of a safetensors file. Floats come first, then integers, the wider the earlier, each group in the given
 * order; the metadata, if given, in its own order. Throws a RangeError for two tensors of one name, or
 * values that do not fill their shape.
 */
export function encodeSafetensors(tensors: readonly Tensor[], metadata?: Metadata): Uint8Array {
  const parts = safetensorsParts(tensors, metadata);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The same in parts that follow one another: the header, and each tensor's own bytes, which are not copied. */
export function safetensorsParts(tensors: readonly Tensor[], metadata?: Metadata): readonly Uint8Array[] {
  const ordered = writtenTypes.flatMap(({ dtype, array }) =>
    tensors.filter(({ values }) => values instanceof array).map((tensor) => ({ ...tensor, dtype })),
  );
  const header = new Map<string, unknown>();
  let end = 0;
  for (const { name, shape, values, dtype } of ordered) {
    if (header.has(name) || reservedNames.includes(name)) {
      throw new RangeError(`tensor name ${quote(name)} is taken`);
    }
    if (product(shape) !== values.length) {
      throw new RangeError(`${name}: ${values.length} values do not fill [${shape.join(", ")}]`);
    }
    const start = end;
    end += values.byteLength;
    header.set(name, { dtype, shape, data_offsets: [start, end] });
  }

  const described = metadata === undefined ? {} : { [metadataKey]: metadata };
  const json = new TextEncoder().encode(JSON.stringify({ ...described, ...Object.fromEntries(header) }));
  // Padded with spaces, so that the data starts at a multiple of 8.
  const start = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20, 8);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(json, 8);
  return [start, ...ordered.map(({ values }) => littleEndianBytes(values))];
}

/**
 * The tensors in the bytes of a safetensors file, in the order of the file: the file's own memory where that is aligned, or
 * copies; its metadata is passed over, as are tensors that it skips. Throws a PruneLabError of kind `input` that names the file when it is damaged, or
 * holds another tensor of a type other than those of `bytesPerValue`.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  file: string,
  skips: (name: string) => boolean = () => false,
): Tensor[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, dataStart } = readHeader(bytes, view, file);
  const { [metadataKey]: _metadata, ...entries } = header;
  const inOrder = Object.entries(entries).sort(
    ([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1],
  );

  let end = 0;
  const tensors = inOrder.flatMap(([name, { dtype, shape, data_offsets: offsets }]): Tensor[] => {
    if (skips(name) && offsets[0] === end && offsets[1] >= end) {
      end = offsets[1];
      return [];
    }
    if (!isSupported(dtype)) {
      const known = Object.keys(bytesPerValue).join(", ");
      throw inputError(`${file}: tensor ${quote(name)} has type ${quote(dtype)}; prune-lab reads ${known}`);
    }
    const count = product(shape);
    if (offsets[0] !== end || offsets[1] !== end + count * bytesPerValue[dtype]) {
      throw damaged(file, `the offsets of tensor ${quote(name)} do not fit its shape [${shape.join(", ")}]`);
    }
    end = offsets[1];
    if (dataStart + end > bytes.length) {
      throw damaged(file, `it ends within tensor ${quote(name)}`);
    }
    return [
      { name, shape, values: valuesIn(bytes.subarray(dataStart + offsets[0], dataStart + end), dtype) },
    ];
  });
  if (dataStart + end !== bytes.length) {
    throw damaged(file, `${bytes.length - dataStart - end} bytes follow the last tensor`);
  }
  return tensors;
}

/** The metadata of such a file; empty where it has none. Throws as decodeSafetensors does, of its header alone. */
export function decodeMetadata(bytes: Uint8Array, file: string): Metadata {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readHeader(bytes, view, file).header[metadataKey] ?? {};
}

function valuesIn(bytes: Uint8Array, dtype: keyof typeof bytesPerValue): Tensor["values"] {
  if (dtype === "F32") return viewOf(Float32Array, bytes);
  if (dtype === "U32") return viewOf(Uint32Array, bytes);
  if (dtype === "U16") return viewOf(Uint16Array, bytes);
  // A Buffer is one of Node's own kind.
  if (dtype === "U8" || dtype === "BOOL") return viewOf(Uint8Array, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.length / 2);
  for (let i = 0; i < values.length; i++) {
    const bits = view.getUint16(2 * i, true);
    values[i] = dtype === "F16" ? half(bits) : brainFloat(bits);
  }
  return values;
}

/** Of memory that begins in between values, a copy is viewed. */
function viewOf<Values>(
  array: {
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): Values;
    readonly BYTES_PER_ELEMENT: number;
  },
  bytes: Uint8Array,
): Values {
  const width = array.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset, length } = littleEndianBytes(aligned, width);
  return new array(buffer, byteOffset, length / width);
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

/** The upper half of a 32-bit float. */
function brainFloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

function readHeader(bytes: Uint8Array, view: DataView, file: string) {
  if (bytes.length < 8)
    throw damaged(file, `it has ${bytes.length} bytes, fewer than the 8 of its header length`);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) {
    throw damaged(file, `its header should have ${length} bytes, but ${bytes.length - 8} follow`);
  }
  const dataStart = 8 + Number(length);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, dataStart)));
  } catch (cause) {
    throw damaged(file, "its header is not JSON", cause);
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(
      file,
      `in its header, ${excerpt(issue?.path.join(".") || "the top level")} is not as the format says`,
    );
  }
  return { header: parsed.data, dataStart };
}

function damaged(file: string, reason: string, cause?: unknown) {
  return inputError(`${file} is not a whole safetensors file: ${reason}`, { cause });
}

function isSupported(dtype: string): dtype is keyof typeof bytesPerValue {
  return Object.hasOwn(bytesPerValue, dtype);
}

function product(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}
