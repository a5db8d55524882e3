import { describe, expect, test } from "vitest";
import { exportFormats } from "../../src/exporting/registry.ts";
import { decodeSafetensors } from "../../src/foundations/safetensors.ts";
import { parameterSpecs } from "../../src/network/parameters.ts";
import { tinyTransformer, transformerParameters } from "../engines/support/transformers.ts";

const network = tinyTransformer();
const checkpoint = { network, parameters: transformerParameters(network), masks: new Map(), metadata: {} };

test("safetensors has the tensors of a transformer under the names of its file", () => {
  const bytes = exportFormats.named("safetensors").encode(checkpoint) as Uint8Array;
  expect(new Map(decodeSafetensors(bytes, "it").map(({ name, shape }) => [name, shape]))).toEqual(
    new Map(parameterSpecs(network).map(({ name, shape }) => [name, shape])),
  );
});

describe.each(["onnx", "torch", "web"])("%s", (format) => {
  test("says that it is not for transformers", () => {
    expect(() => exportFormats.named(format).encode(checkpoint)).toThrow(
      expect.objectContaining({ kind: "input", message: expect.stringContaining(`The format ${format} is`) }),
    );
  });
});
