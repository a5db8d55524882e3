import { expect, test } from "vitest";
import { layoutNetwork } from "../../../src/engines/kernels/layout.ts";
import type { LayerSpec, NetworkSpec } from "../../../src/network/specification.ts";
import { conv, dense, pool, relu } from "../support/networks.ts";

/** Of three channels of conv1, the last sees no input. */
function constantsOfConv1(between: readonly LayerSpec[], padding = 0): number | undefined {
  const size = 4 + 2 * padding;
  const spec: NetworkSpec = {
    inputShape: [2, 4, 4],
    layers: [
      conv("conv1", [2, 3], [1, 1]),
      ...between,
      conv("conv2", [3, 2], [1, 1], { padding }),
      { kind: "flatten" },
      dense("fc", 2 * size * size, 2),
    ],
    loss: "softmax-cross-entropy",
  };
  const masks = new Map([["conv1.weight", Uint8Array.of(1, 1, /**/ 1, 1, /**/ 0, 0)]]);
  return layoutNetwork(spec, masks, 16).layers.get("conv1")?.constants;
}

test("constants are folded through the layer's own activation and pooling", () => {
  expect(constantsOfConv1([])).toBe(1);
  expect(constantsOfConv1([relu, pool(1)])).toBe(1);
});

test("constants stay ordinary channels before a border, a second activation and one after pooling", () => {
  expect(constantsOfConv1([relu], 1)).toBe(0);
  expect(constantsOfConv1([relu, relu])).toBe(0);
  expect(constantsOfConv1([pool(1), relu])).toBe(0);
});
