import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/foundations/safetensors.ts";

// Written by the Python package; see make.py beside them.
const fixture = (name: string) =>
  new Uint8Array(
    readFileSync(path.join(import.meta.dirname, "..", "fixtures", "safetensors", `${name}.safetensors`)),
  );

const weights: Tensor[] = [
  { name: "empty", shape: [0, 4], values: new Float32Array(0) },
  { name: "fc1.bias", shape: [2], values: Float32Array.of(0.5, -0.5) },
  { name: "fc1.weight", shape: [2, 3], values: Float32Array.of(1.5, -2.25, 0, 3e-8, -1e30, 0.1) },
  { name: "scalar", shape: [], values: Float32Array.of(7) },
  { name: "fc1.weight_mask", shape: [2, 3], values: Uint8Array.of(1, 1, 0, 1, 1, 1) },
];

describe("safetensors", () => {
  it("reads what Python writes", () => {
    expect(decodeSafetensors(fixture("weights"), "weights")).toEqual(weights);
  });

  it("writes the bytes that Python writes", () => {
    expect(encodeSafetensors(weights)).toEqual(fixture("weights"));
  });

  it("puts metadata into the header, which changes no tensor", () => {
    const described = encodeSafetensors(weights, { format: "pt", seed: "3" });
    const length = Number(new DataView(described.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(described.subarray(8, 8 + length)));
    expect(header.__metadata__).toEqual({ format: "pt", seed: "3" });
    expect(decodeSafetensors(described, "described")).toEqual(weights);
  });

  it("reads values in their file's memory, and those that are not aligned there as copies", () => {
    const file = fixture("weights");
    for (const { values } of decodeSafetensors(file, "weights")) {
      expect(values.byteLength === 0 || values.buffer === file.buffer).toBe(true);
    }
    const shifted = new Uint8Array(file.length + 1).subarray(1);
    shifted.set(file);
    expect(decodeSafetensors(shifted, "weights")).toEqual(weights);
  });

  it("reads booleans as bytes and passes over the metadata", () => {
    expect(decodeSafetensors(fixture("booleans"), "booleans")).toEqual([
      { name: "kept", shape: [3], values: Uint8Array.of(1, 0, 1) },
    ]);
  });

  it("gives back every tensor that it wrote, floats first", () => {
    const tensor = fc.oneof(
      fc.float32Array({ maxLength: 20 }).map((values) => ({ values, shape: [values.length] })),
      fc.uint32Array({ maxLength: 20 }).map((values) => ({ values, shape: [values.length] })),
      fc.uint16Array({ maxLength: 20 }).map((values) => ({ values, shape: [values.length, 1] })),
      fc.uint8Array({ maxLength: 20 }).map((values) => ({ values, shape: [1, values.length] })),
    );
    const named = fc
      .dictionary(fc.string({ unit: "grapheme" }), tensor, { noNullPrototype: true })
      .map((entries) => Object.entries(entries).map(([name, rest]) => ({ name, ...rest })))
      .filter((tensors) => tensors.every(({ name }) => !["__metadata__", "__proto__"].includes(name)));
    fc.assert(
      fc.property(named, (tensors) => {
        const byName = (list: readonly Tensor[]) => new Map(list.map((each) => [each.name, each]));
        const read = decodeSafetensors(encodeSafetensors(tensors), "file");
        expect(byName(read)).toEqual(byName(tensors));
      }),
    );
  });

  it.each(["__metadata__", "__proto__"])("refuses a tensor by the reserved name %s", (name) => {
    const tensor = { name, shape: [1], values: Float32Array.of(1) };
    expect(() => encodeSafetensors([tensor])).toThrow("is taken");
  });

  it("starts the data at a multiple of 8 for any length of header", () => {
    for (const name of ["a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"]) {
      const bytes = encodeSafetensors([{ name, shape: [1], values: Float32Array.of(1) }]);
      expect(Buffer.from(bytes).readUInt32LE(0) % 8).toBe(0);
    }
  });

  it("refuses to write two tensors of one name, or values that do not fill the shape", () => {
    const one = { name: "a", shape: [1], values: Float32Array.of(1) };
    expect(() => encodeSafetensors([one, one])).toThrow("tensor name 'a' is taken");
    expect(() => encodeSafetensors([{ ...one, name: "__metadata__" }])).toThrow("is taken");
    expect(() => encodeSafetensors([{ ...one, shape: [2, 2] }])).toThrow("a: 1 values do not fill [2, 2]");
  });

  it("refuses a file cut off anywhere, and one with bytes too many", () => {
    const whole = fixture("weights");
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length), "a.safetensors")).toThrow(
        /^a\.safetensors is not a whole safetensors file: /,
      );
    }
    expect(() => decodeSafetensors(Uint8Array.of(...whole, 0), "a.safetensors")).toThrow(
      "1 bytes follow the last tensor",
    );
  });

  it.each([
    ["{", "its header is not JSON"],
    ['{"a":1}', "in its header, a is not as the format says"],
    [
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      "the offsets of tensor 'a' do not fit its shape [1]",
    ],
    [
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
      "the offsets of tensor 'a' do not fit its shape [2]",
    ],
    [
      '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
      "in its header, a.shape.0 is not as the format says",
    ],
  ])("says what is wrong with the header %s", (json, reason) => {
    const bytes = Buffer.alloc(8 + json.length + 4);
    bytes.writeBigUInt64LE(BigInt(json.length));
    bytes.write(json, 8);
    expect(() => decodeSafetensors(bytes, "a.safetensors")).toThrow(reason);
  });

  it("names a type that it does not read", () => {
    expect(() => decodeSafetensors(fixture("integers"), "a.safetensors")).toThrow(
      "a.safetensors: tensor 'ids' has type 'I64'; prune-lab reads F32, F16, BF16, U32, U16, U8, BOOL",
    );
  });
});

it("half precision and brain floats are read as the numbers that they are", () => {
  const header = JSON.stringify({
    half: { dtype: "F16", shape: [6], data_offsets: [0, 12] },
    brain: { dtype: "BF16", shape: [2], data_offsets: [12, 16] },
  });
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const bytes = new Uint8Array(8 + padded.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded.length), true);
  bytes.set(new TextEncoder().encode(padded), 8);
  // 1, -2, the largest, the smallest, infinity, 0; 1 and -1.5 as the upper halves of floats.
  [0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0x8000, 0x3f80, 0xbfc0].forEach((bits, i) => {
    view.setUint16(8 + padded.length + 2 * i, bits, true);
  });
  const [half, brain] = decodeSafetensors(bytes, "x");
  expect([...(half?.values ?? [])]).toEqual([1, -2, 65504, 2 ** -24, Number.POSITIVE_INFINITY, -0]);
  expect([...(brain?.values ?? [])]).toEqual([1, -1.5]);
});
