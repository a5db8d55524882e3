import { expect, test } from "vitest";
import { cnn, lenet5 } from "../../src/models/cnn.ts";
import { layerOutputShapes } from "../../src/network/shapes.ts";

const layersOf = (layers: unknown[], inputShape = [1, 28, 28], outputs = 10) =>
  cnn.layers(cnn.options.parse({ layers }), inputShape, outputs);

test("follows each conv and dense layer by the activation, and flattens before the dense ones", () => {
  const layers = [{ conv: 3, kernel: [3, 5], stride: 2, padding: 1 }, { pool: 3, stride: 2 }, { dense: 7 }];
  expect(layersOf(layers, [2, 9, 11], 4)).toEqual([
    {
      kind: "conv2d",
      name: "conv1",
      inChannels: 2,
      outChannels: 3,
      kernelHeight: 3,
      kernelWidth: 5,
      stride: 2,
      padding: 1,
    },
    { kind: "activation", activation: "relu" },
    { kind: "max-pool", size: 3, stride: 2 },
    { kind: "flatten" },
    // (9 + 2 - 3) / 2 + 1 = 5 rows, (11 + 2 - 5) / 2 + 1 = 5 columns; pooled to 2 x 2, of 3 channels.
    { kind: "dense", name: "fc1", inputs: 12, outputs: 7 },
    { kind: "activation", activation: "relu" },
    { kind: "dense", name: "fc2", inputs: 7, outputs: 4 },
  ]);
});

test("a pool steps by its own size unless told otherwise", () => {
  expect(layersOf([{ pool: 2 }])[0]).toEqual({ kind: "max-pool", size: 2, stride: 2 });
});

test("a square kernel may be one number", () => {
  expect(layersOf([{ conv: 2, kernel: 5 }])).toEqual(layersOf([{ conv: 2, kernel: [5, 5] }]));
});

test("lenet-5 has the shapes of Caffe's", () => {
  const inputShape = [1, 28, 28];
  const layers = lenet5.layers({}, inputShape, 10);
  const shapes = layerOutputShapes({ inputShape, layers, loss: "softmax-cross-entropy" });
  expect(shapes.map((shape) => shape.join("x"))).toEqual([
    ...["20x24x24", "20x24x24", "20x12x12", "50x8x8", "50x8x8", "50x4x4"],
    ...["800", "500", "500", "10"],
  ]);
});

test("says in the user's words that examples are no images", () => {
  expect(() => layersOf([{ conv: 2 }], [128])).toThrow(
    "model 'cnn' takes images, but the examples are [128].",
  );
});

test("says which layer an image is too small for", () => {
  expect(() => layersOf([{ conv: 2, kernel: 5 }, { pool: 2 }, { pool: 20 }])).toThrow(
    "model 'cnn', layer 3: max-pool: a window of 20 does not fit into 12.",
  );
  expect(() => lenet5.layers({}, [1, 8, 8], 10)).toThrow("model 'lenet-5', layer 3: conv2: a window of 5");
});
