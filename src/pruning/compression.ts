import * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { excerpt } from "../foundations/quote.ts";
import { decodeMetadata, decodeSafetensors, type Metadata, type Tensor } from "../foundations/safetensors.ts";
import { findKept, MASK_SUFFIX, type Masks } from "../network/mask.ts";
import type { ParameterSpec, Parameters } from "../network/parameters.ts";
import { sizeOf } from "../network/shapes.ts";
import { encodingsOf, integerBytes, rowsOf, smallestOf } from "./encoding.ts";

/**
 * Tensors of which only the kept values are stored, in whichever encoding of encoding.ts is the smallest, and back.
 * A tensor `fc1.weight` becomes `fc1.weight.values` (float32) and
 *
 * - bitmask: `fc1.weight.bitmask`, uint8: a bit a value, row-major, the highest bit of each byte first; 1 keeps;
 * - csr: `fc1.weight.columns`, the column of each kept value, and `fc1.weight.rows`, where the values of each row begin,
 *   and where the last one ends; both in the narrowest unsigned integers.
 *
 * What has an encoding stands in the metadata under `encodings`, as JSON. A tensor that is smaller whole is stored whole.
 */
const METADATA_KEY = "encodings";

const encodingSchema = z.strictObject({
  encoding: z.enum(["bitmask", "csr"]),
  shape: z.array(z.int().nonnegative()),
  /** Whether what is kept is a mask; else it is what is not 0. */
  masked: z.boolean(),
});

const encodingsSchema = z.record(z.string(), encodingSchema);

type StoredEncoding = z.output<typeof encodingSchema>;

/** Of a tensor, 1 GiB: a file of some bytes may claim any shape. */
const MOST_VALUES = 2 ** 28;

export interface Compressed {
  readonly tensors: readonly Tensor[];
  readonly metadata: Metadata;
}

/**
 * Compresses a network's tensors, nothing lost: a mask that prunes nothing is left out, which says the same. What its
 * mask prunes has to be 0.
 */
export function compressTensors(
  specs: readonly ParameterSpec[],
  parameters: Parameters,
  masks: Masks,
): Compressed {
  const encodings = new Map<string, StoredEncoding>();
  const tensors = specs.flatMap(({ name, shape }): Tensor[] => {
    const values = parameters.get(name);
    if (values === undefined) throw new Error(`no tensor named '${name}'`);
    const mask = masks.get(name);
    const prunes = mask?.includes(0) === true;
    const kept = findKept(prunes ? mask : nonzero(values));
    const all = encodingsOf(shape, kept.length);
    // A mask that prunes has to be told, also where the tensor would be some bytes smaller whole.
    const encoding = smallestOf(prunes ? [all[1], all[2]] : all).name;
    if (encoding === "dense") return [{ name, shape, values }];
    encodings.set(name, { encoding, shape: [...shape], masked: prunes });
    const keptValues = Float32Array.from(kept, (i) => values[i] as number);
    return [
      { name: `${name}.values`, shape: [kept.length], values: keptValues },
      ...(encoding === "bitmask" ? [bitmask(name, values.length, kept)] : rowPointers(name, shape, kept)),
    ];
  });
  const metadata = { [METADATA_KEY]: JSON.stringify(Object.fromEntries(encodings)) };
  return { tensors, metadata };
}

/** By its bits: -0 is no 0. */
function nonzero(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => (Object.is(value, 0) ? 0 : 1));
}

function bitmask(name: string, size: number, kept: Int32Array): Tensor {
  const bits = new Uint8Array(Math.ceil(size / 8));
  for (const i of kept) bits[i >> 3] = (bits[i >> 3] as number) | (0x80 >> (i & 7));
  return { name: `${name}.bitmask`, shape: [bits.length], values: bits };
}

function rowPointers(name: string, shape: readonly number[], kept: Int32Array): Tensor[] {
  const { rows, columns } = rowsOf(shape);
  const starts = new Uint32Array(rows + 1);
  for (const i of kept)
    starts[Math.floor(i / columns) + 1] = (starts[Math.floor(i / columns) + 1] as number) + 1;
  for (let row = 0; row < rows; row++)
    starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
  const columnOf = Uint32Array.from(kept, (i) => i % columns);
  return [
    { name: `${name}.columns`, shape: [kept.length], values: narrowed(columnOf, columns - 1) },
    { name: `${name}.rows`, shape: [rows + 1], values: narrowed(starts, kept.length) },
  ];
}

function narrowed(values: Uint32Array, largest: number): Tensor["values"] {
  switch (integerBytes(largest)) {
    case 1:
      return Uint8Array.from(values);
    case 2:
      return Uint16Array.from(values);
    case 4:
      return values;
  }
}

/**
 * The tensors of a safetensors file, compressed or not, and its metadata without `encodings`; masks are `<name>_mask`, as
 * in a checkpoint. Tensors that it skips may be of any type.
 * Throws a PruneLabError of kind `input` that names `file` when it is damaged.
 */
export function readTensors(
  bytes: Uint8Array,
  file: string,
  skips: (name: string) => boolean = () => false,
): { readonly tensors: readonly Tensor[]; readonly metadata: Metadata } {
  const { [METADATA_KEY]: encodings, ...metadata } = decodeMetadata(bytes, file);
  const tensors = decodeSafetensors(bytes, file, skips);
  return { tensors: encodings === undefined ? tensors : expandTensors(tensors, encodings, file), metadata };
}

function expandTensors(tensors: readonly Tensor[], text: string, file: string): Tensor[] {
  const left = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const expanded = [...readEncodings(text, file)].flatMap(([name, encoding]) => {
    const take = (part: string) => {
      const tensor = left.get(`${name}.${part}`);
      left.delete(`${name}.${part}`);
      return tensor?.values;
    };
    const { shape, masked } = encoding;
    const size = sizeOf(shape);
    const values = take("values");
    const kept = size > MOST_VALUES ? undefined : keptBy(encoding, take);
    if (!(values instanceof Float32Array) || kept === undefined || kept.length !== values.length) {
      throw unfit(file, `its tensor ${excerpt(name)} does not fit its encoding`);
    }
    const whole = new Float32Array(size);
    for (const [n, i] of kept.entries()) whole[i] = values[n] as number;
    const mask = new Uint8Array(masked ? size : 0);
    if (masked) for (const i of kept) mask[i] = 1;
    return [
      { name, shape, values: whole },
      ...(masked ? [{ name: name + MASK_SUFFIX, shape, values: mask }] : []),
    ];
  });
  return [...expanded, ...left.values()];
}

function readEncodings(text: string, file: string): Map<string, StoredEncoding> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unfit(file, "they are not JSON");
  }
  const parsed = encodingsSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unfit(file, `${excerpt(issue?.path.join(".") || "the top level")} is not as docs/export.md says`);
  }
  return new Map(Object.entries(parsed.data));
}

type Take = (part: string) => Tensor["values"] | undefined;

/** Flat indices, rising; undefined where the parts do not fit the shape. */
function keptBy({ encoding, shape }: StoredEncoding, take: Take): number[] | undefined {
  const size = sizeOf(shape);
  if (encoding === "bitmask") {
    const bits = take("bitmask");
    if (bits?.length !== Math.ceil(size / 8)) return undefined;
    const kept: number[] = [];
    for (let i = 0; i < size; i++) if (((bits[i >> 3] as number) & (0x80 >> (i & 7))) !== 0) kept.push(i);
    return kept;
  }
  const { rows, columns } = rowsOf(shape);
  const columnOf = take("columns");
  const starts = take("rows");
  if (columnOf === undefined || starts?.length !== rows + 1) return undefined;
  if (starts[0] !== 0 || starts[rows] !== columnOf.length) return undefined;
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let n = starts[row] as number; n < (starts[row + 1] as number); n++) {
      const i = row * columns + (columnOf[n] as number);
      if ((columnOf[n] ?? columns) >= columns || i <= (kept.at(-1) ?? -1)) return undefined;
      kept.push(i);
    }
  }
  return kept;
}

function unfit(file: string, reason: string) {
  return inputError(`${file}: the encodings in its metadata cannot be followed: ${reason}.`);
}
