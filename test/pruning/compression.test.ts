import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeSafetensors, type Tensor } from "../../src/foundations/safetensors.ts";
import type { ParameterSpec } from "../../src/network/parameters.ts";
import { compressTensors, readTensors } from "../../src/pruning/compression.ts";
import { smallestEncoding } from "../../src/pruning/encoding.ts";

const spec = (shape: readonly number[]): ParameterSpec => ({
  name: "fc1.weight",
  layer: "fc1",
  role: "weight",
  shape,
  size: shape.reduce((size, extent) => size * extent, 1),
});

function compress(shape: readonly number[], values: Float32Array, mask?: Uint8Array) {
  const masks = new Map(mask === undefined ? [] : [["fc1.weight", mask] as const]);
  return compressTensors([spec(shape)], new Map([["fc1.weight", values]]), masks);
}

const file = ({ tensors, metadata }: ReturnType<typeof compress>) => encodeSafetensors(tensors, metadata);

/** The values bit by bit: -0 is not 0. */
const bitsOf = (values: Tensor["values"] | undefined) =>
  values && new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const byteCount = (tensors: readonly Tensor[]) =>
  tensors.reduce((sum, { values }) => sum + values.byteLength, 0);

describe("compressed tensors", () => {
  it("are a bitmask and values, the first value in the highest bit", () => {
    const values = Float32Array.of(0, 2, 0, 0, -1, 0, 0, 0, 0, 5, 0, 0);
    const mask = Uint8Array.of(0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0);
    const { tensors, metadata } = compress([1, 12], values, mask);
    expect(tensors).toEqual([
      { name: "fc1.weight.values", shape: [4], values: Float32Array.of(2, -1, 0, 5) },
      { name: "fc1.weight.bitmask", shape: [2], values: Uint8Array.of(0b01001000, 0b11000000) },
    ]);
    expect(JSON.parse(metadata.encodings ?? "")).toEqual({
      "fc1.weight": { encoding: "bitmask", shape: [1, 12], masked: true },
    });
  });

  it("are values with their columns and where rows begin, in the narrowest integers", () => {
    const values = new Float32Array(2 * 300).fill(3, 299, 301);
    expect(compress([2, 300], values).tensors).toEqual([
      { name: "fc1.weight.values", shape: [2], values: Float32Array.of(3, 3) },
      { name: "fc1.weight.columns", shape: [2], values: Uint16Array.of(299, 0) },
      { name: "fc1.weight.rows", shape: [3], values: Uint8Array.of(0, 1, 2) },
    ]);
  });

  it("come back to the bit, with their masks, in as many bytes as results.csv says", () => {
    const tensor = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 300 }), fc.nat(100), fc.boolean())
      .chain(([rows, columns, density, masked]) =>
        fc.record({
          shape: fc.constant([rows, columns]),
          masked: fc.constant(masked),
          kept: fc.array(
            fc.nat(100).map((drawn) => drawn < density),
            {
              minLength: rows * columns,
              maxLength: rows * columns,
            },
          ),
          values: fc.float32Array({ minLength: rows * columns, maxLength: rows * columns, noNaN: true }),
        }),
      );
    fc.assert(
      fc.property(tensor, ({ shape, masked, kept, values: drawn }) => {
        const values = drawn.map((value, i) => (kept[i] ? value : 0));
        const mask = masked ? Uint8Array.from(kept, Number) : undefined;
        const compressed = compress(shape, values, mask);
        const { tensors } = readTensors(file(compressed), "file");
        const prunes = mask?.includes(0) === true;
        const whole = new Map(tensors.map((each) => [each.name, each.values]));
        expect(bitsOf(whole.get("fc1.weight"))).toEqual(bitsOf(values));
        expect(whole.get("fc1.weight_mask")).toEqual(prunes ? mask : undefined);
        const nonzero = values.filter((value) => !Object.is(value, 0)).length;
        const claimed = smallestEncoding(shape, prunes ? kept.filter(Boolean).length : nonzero);
        // A mask that prunes is told, even by some bytes more than the tensor has whole.
        if (!prunes || claimed.name !== "dense") expect(byteCount(compressed.tensors)).toBe(claimed.bytes);
      }),
    );
  });

  const sparse = compress([2, 300], new Float32Array(600).fill(3, 299, 301));
  const broken = (
    change: (parts: Map<string, Tensor>) => void,
    encodings = sparse.metadata.encodings ?? "",
  ) => {
    const parts = new Map(sparse.tensors.map((tensor) => [tensor.name, tensor]));
    change(parts);
    return encodeSafetensors([...parts.values()], { encodings });
  };
  const part = (name: string, values: Tensor["values"]) => (parts: Map<string, Tensor>) =>
    void parts.set(`fc1.weight.${name}`, { name: `fc1.weight.${name}`, shape: [values.length], values });
  const unfit = "its tensor fc1.weight does not fit its encoding";

  it.each([
    ["a part that is missing", broken((parts) => void parts.delete("fc1.weight.rows")), unfit],
    ["a column beyond the last", broken(part("columns", Uint16Array.of(300, 0))), unfit],
    ["columns that fall", broken(part("rows", Uint8Array.of(0, 2, 2))), unfit],
    ["rows that end early", broken(part("rows", Uint8Array.of(0, 1, 1))), unfit],
    ["rows that go beyond the values", broken(part("rows", Uint8Array.of(0, 9, 2))), unfit],
    ["values that are too few", broken(part("values", Float32Array.of(1))), unfit],
    ["values that are no floats", broken(part("values", Uint8Array.of(1, 2))), unfit],
    [
      "a shape beyond all memory",
      broken(() => {}, '{"fc1.weight":{"encoding":"csr","shape":[2,9000000000],"masked":true}}'),
      unfit,
    ],
    ["no JSON", broken(() => {}, "{"), "they are not JSON"],
    [
      "an encoding that there is not",
      broken(() => {}, '{"fc1.weight":{"encoding":"coo","shape":[2,300],"masked":true}}'),
      "fc1.weight.encoding is not as docs/export.md says",
    ],
  ])("are refused with %s", (_what, bytes, reason) => {
    expect(() => readTensors(bytes, "weights.safetensors")).toThrow(
      `weights.safetensors: the encodings in its metadata cannot be followed: ${reason}`,
    );
  });
});
