import fc from "fast-check";
import { expect, test } from "vitest";
import { connectionsOf, type Stage } from "../../src/network/connections.ts";
import { visitEdges } from "../../src/network/edges.ts";
import { convNetwork, type MaskedNetwork, masked } from "./random-networks.ts";

type Edge = readonly [from: number, to: number, weight: number];

/** From the definition of each layer: for each output the inputs in its window, or all. */
function edgesByDefinition({ layer, inputShape, outputShape }: Stage): Edge[] {
  const edges: Edge[] = [];
  if (layer.kind === "dense") {
    for (let to = 0; to < layer.outputs; to++)
      for (let from = 0; from < layer.inputs; from++) edges.push([from, to, to * layer.inputs + from]);
    return edges;
  }
  const [channels, height, width] = inputShape as [number, number, number];
  const [outputs, rows, columns] = outputShape as [number, number, number];
  const isPool = layer.kind === "max-pool";
  const [kernelHeight, kernelWidth] = isPool
    ? [layer.size, layer.size]
    : [layer.kernelHeight, layer.kernelWidth];
  const padding = isPool ? 0 : layer.padding;
  for (let out = 0; out < outputs; out++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let channel = 0; channel < channels; channel++)
          for (let ky = 0; ky < kernelHeight; ky++)
            for (let kx = 0; kx < kernelWidth; kx++) {
              const [y, x] = [row * layer.stride + ky - padding, column * layer.stride + kx - padding];
              if (y < 0 || y >= height || x < 0 || x >= width || (isPool && channel !== out)) continue;
              const weight = ((out * channels + channel) * kernelHeight + ky) * kernelWidth + kx;
              edges.push([
                (channel * height + y) * width + x,
                (out * rows + row) * columns + column,
                isPool ? -1 : weight,
              ]);
            }
  return edges;
}

const inOrder = (edges: readonly Edge[]) => edges.map((edge) => edge.join(" ")).sort();

test("visits each connection through a kept weight, once", () => {
  fc.assert(
    fc.property(masked(convNetwork), ({ spec, masks }: MaskedNetwork) => {
      for (const stage of connectionsOf(spec).stages) {
        const mask = stage.kind === "weighted" ? masks.get(stage.weight.name) : undefined;
        const edges: Edge[] = [];
        visitEdges(stage, mask, (from, to, weight) => edges.push([from, to, weight]));
        const expected = edgesByDefinition(stage).filter(([, , weight]) => mask?.[weight] !== 0);
        expect(inOrder(edges)).toEqual(inOrder(expected));
      }
    }),
    { numRuns: 150 },
  );
});
