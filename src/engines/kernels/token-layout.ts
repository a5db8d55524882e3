import { type Block, gather, list, totalSize } from "../../network/blocks.ts";
import { countKept, findKept, type Masks } from "../../network/mask.ts";
import { matrixShape, parameterSpecs } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { absentBiases } from "./absent-biases.ts";
import type { KernelLayout, LayerLayout } from "./layout.ts";
import { tensorsOf, tokenLayers } from "./token-layers.ts";

/**
 * The largest part of kept weights for which a linear layer executes sparsely (measured; docs/decisions/kernels-transformers.md).
 * `vectorLength`: floats in a vector of the build.
 */
function sparseUpTo(vectorLength: number): number {
  return vectorLength > 4 ? 0.35 : 0.4;
}

const NONE = new Int32Array();

/**
 * A network of tokens: every unit stays, since residual connections carry values past whatever is pruned. Weights of which
 * few are kept are stored sparsely all the same.
 */
export function layoutTokens(spec: NetworkSpec, ownMasks: Masks, vectorLength: number): KernelLayout {
  const masks: Masks = new Map([...ownMasks, ...absentBiases(spec)]);
  const shapes = new Map(parameterSpecs(spec).map(({ name, shape }) => [name, shape]));
  const layers: [string, LayerLayout][] = [];
  const blocks: Block[] = [];
  for (const layer of tokenLayers(spec)) {
    const names = tensorsOf(layer);
    if (names === undefined) continue;
    const shape = shapes.get(names.weight) ?? [];
    const weight = place(
      names.weight,
      shape,
      masks,
      layer.kind === "dense" ? sparseUpTo(vectorLength) : undefined,
    );
    const bias = place(names.bias, shapes.get(names.bias) ?? shape.slice(0, 1), masks, undefined);
    layers.push([
      names.weight,
      {
        keptWeights: weight.kept,
        positions: weight.positions,
        keptBiases: bias.kept,
        constants: 0,
        folded: { outputs: NONE, inputs: NONE },
      },
    ]);
    blocks.push(weight.block, bias.block, list(names.weight, NONE));
  }
  const size = totalSize(blocks);
  return {
    spec,
    exampleSize: spec.inputShape[0] ?? 0,
    features: undefined,
    layers: new Map(layers),
    unused: 0,
    blocks,
    size,
    masks: masks.size === 0 ? undefined : gather(new Uint8Array(size), blocks, masks, 1),
  };
}

/** Where a tensor's values lie: those that are kept, where they are few and it may be stored so, or all. */
function place(name: string, shape: readonly number[], masks: Masks, sparseUpTo: number | undefined) {
  const { rows, columns } = matrixShape(shape);
  const size = rows * columns;
  const mask = masks.get(name);
  const kept = mask === undefined ? size : countKept(mask);
  if (sparseUpTo !== undefined && mask !== undefined && kept <= sparseUpTo * size) {
    const positions = findKept(mask, kept);
    return { block: list(name, positions), kept, positions };
  }
  const block: Block = { name, width: columns, rows: countUp(rows), columns: countUp(columns) };
  return { block, kept, positions: undefined };
}

function countUp(count: number): Int32Array {
  return new Int32Array(count).map((_, index) => index);
}
