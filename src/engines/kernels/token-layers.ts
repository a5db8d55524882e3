import type { DenseSpec, LayerSpec, NetworkSpec } from "../../network/specification.ts";
import { blockLayers, embeddingParts, type LayerNormSpec } from "../../network/transformer.ts";

/**
 * The layers of a network of tokens as the kernels know them: composite ones taken apart. A layer reads the one before,
 * unless it says how many layers back its input is.
 */
export type TokenLayer =
  | (DenseSpec & { readonly back?: number })
  | Extract<LayerSpec, { readonly kind: "activation" | "first-token" }>
  | TablesLayer
  | (LayerNormSpec & {
      readonly kind: "norm";
      /** How many layers back the output is that is added to the input first; 0 if none is. */
      readonly residual: number;
    })
  /** Of the three layers before: query, key and value. */
  | { readonly kind: "attention"; readonly heads: number }
  | { readonly kind: "gelu" };

/** The sum of a row for the token and one for its position. */
export interface TablesLayer {
  readonly kind: "tables";
  readonly words: string;
  readonly positions: string;
  readonly vocabulary: number;
  readonly places: number;
  readonly width: number;
}

export function tokenLayers({ layers }: NetworkSpec): TokenLayer[] {
  return layers.flatMap(partsOf);
}

function partsOf(layer: LayerSpec): TokenLayer[] {
  switch (layer.kind) {
    case "embeddings": {
      const { words, positions, norm } = embeddingParts(layer);
      const { vocabulary, width } = layer;
      return [
        { kind: "tables", words, positions, vocabulary, places: layer.positions, width },
        { kind: "norm", ...norm, residual: 0 },
      ];
    }
    case "transformer-block": {
      const { query, key, value, out, attentionNorm, up, down, outputNorm } = blockLayers(layer);
      return [
        query,
        { ...key, back: 2 },
        { ...value, back: 3 },
        { kind: "attention", heads: layer.heads },
        out,
        { kind: "norm", ...attentionNorm, residual: 6 },
        up,
        { kind: "gelu" },
        down,
        { kind: "norm", ...outputNorm, residual: 4 },
      ];
    }
    case "dense":
    case "activation":
    case "first-token":
      return [layer];
    case "flatten":
      return [];
    case "conv2d":
    case "max-pool":
      throw new RangeError(`the kernels have no layers of the kind ${layer.kind} in a network of tokens`);
  }
}

/** The two tensors of a layer that has any. */
export function tensorsOf(layer: TokenLayer): { readonly weight: string; readonly bias: string } | undefined {
  switch (layer.kind) {
    case "tables":
      return { weight: layer.words, bias: layer.positions };
    case "dense":
    case "norm":
      return { weight: `${layer.name}.weight`, bias: `${layer.name}.bias` };
    default:
      return undefined;
  }
}
