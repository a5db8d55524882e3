import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { encodeSafetensors, type Tensor } from "../../src/foundations/safetensors.ts";
import { readCheckpoint } from "../../src/recording/read-checkpoint.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const file = path.join(folder, "weights.safetensors");

const network = {
  inputShape: [3],
  layers: [{ kind: "dense", name: "fc1", inputs: 3, outputs: 2 }],
  loss: "mean-squared-error",
};
const weight: Tensor = { name: "fc1.weight", shape: [2, 3], values: Float32Array.of(1, 0, 2, 3, 0, 4) };
const bias: Tensor = { name: "fc1.bias", shape: [2], values: Float32Array.of(5, 6) };
const mask: Tensor = { name: "fc1.weight_mask", shape: [2, 3], values: Uint8Array.of(1, 0, 1, 1, 1, 1) };

async function read(tensors: readonly Tensor[], metadata: Record<string, string>) {
  await writeFile(file, encodeSafetensors(tensors, metadata));
  return readCheckpoint(file);
}

const described = (changes: object = {}) => ({
  network: JSON.stringify({ ...network, ...changes }),
  model: "mlp",
});

describe("a checkpoint", () => {
  it("is a network with weights, masks and what its file says of it", async () => {
    const checkpoint = await read([weight, bias, mask], described());
    expect(checkpoint).toEqual({
      network,
      parameters: new Map([
        ["fc1.weight", weight.values],
        ["fc1.bias", bias.values],
      ]),
      masks: new Map([["fc1.weight", mask.values]]),
      metadata: described(),
    });
  });

  it.each([
    ["no network", [weight, bias], {}, "is no checkpoint of prune-lab: its metadata names no network."],
    ["a network in no JSON", [weight, bias], { network: "{" }, "cannot be read: it is not JSON."],
    [
      "a layer that there is not",
      [weight, bias],
      described({ layers: [{ kind: "lstm" }] }),
      "cannot be read: layers.0.kind is not as a network has it.",
    ],
    [
      "layers that do not fit",
      [weight, bias],
      described({ inputShape: [4] }),
      "cannot be read: fc1 takes [3], not [4].",
    ],
    ["a tensor missing", [weight], described(), "  fc1.bias is missing."],
    [
      "a tensor too many",
      [weight, bias, { ...bias, name: "fc2.bias" }],
      described(),
      "  fc2.bias is no tensor of the network.",
    ],
    [
      "a mask that prunes what is not 0",
      [weight, bias, { ...mask, values: Uint8Array.of(0, 0, 1, 1, 1, 1) }],
      described(),
      "  fc1.weight_mask is no mask of fc1.weight.",
    ],
    [
      "a mask of numbers",
      [weight, bias, { ...weight, name: "fc1.weight_mask" }],
      described(),
      "  fc1.weight_mask is no mask of fc1.weight.",
    ],
  ])("is refused with %s", async (_what, tensors, metadata, message) => {
    await expect(read(tensors, metadata as Record<string, string>)).rejects.toThrow(message);
  });

  it("is refused where there is none, or something else", async () => {
    await expect(readCheckpoint(path.join(folder, "none"))).rejects.toThrow("cannot be read");
    await writeFile(file, "hello");
    await expect(readCheckpoint(file)).rejects.toThrow("is not a whole safetensors file");
  });
});
