import type { DenseSpec, TransformerBlockSpec } from "../../../network/specification.ts";
import { blockLayers, type LayerNormSpec } from "../../../network/transformer.ts";
import { attention } from "./attention.ts";
import { dense } from "./dense.ts";
import { gelu } from "./gelu.ts";
import type { Layer, Parameter } from "./layer.ts";
import { layerNorm } from "./layer-norm.ts";

/**
 * [tokens, width] to the same:
 *
 *     a = norm(x + out(attention(query(x), key(x), value(x))))
 *     y = norm(a + down(gelu(up(a))))
 *
 * What lies between is computed again on the way back.
 */
export function transformerBlock(spec: TransformerBlockSpec, parameter: (name: string) => Parameter): Layer {
  const layers = blockLayers(spec);
  const linear = (layer: DenseSpec) =>
    dense(layer, parameter(`${layer.name}.weight`), parameter(`${layer.name}.bias`));
  const norm = (layer: LayerNormSpec) =>
    layerNorm(layer, parameter(`${layer.name}.weight`), parameter(`${layer.name}.bias`));
  const [query, key, value] = [linear(layers.query), linear(layers.key), linear(layers.value)];
  const [out, attentionNorm] = [linear(layers.out), norm(layers.attentionNorm)];
  const [up, down, outputNorm] = [linear(layers.up), linear(layers.down), norm(layers.outputNorm)];
  const attend = attention(spec.width, spec.heads);

  /** Every value on the way from x to y. */
  function through(x: Float64Array) {
    const [q, k, v] = [query.forward(x), key.forward(x), value.forward(x)];
    const attended = attend.forward(q, k, v);
    const mixed = out.forward(attended);
    const attentionSum = sum(x, mixed);
    const a = attentionNorm.forward(attentionSum);
    const raised = up.forward(a);
    const active = gelu.forward(raised);
    const lowered = down.forward(active);
    const outputSum = sum(a, lowered);
    return {
      ...{ q, k, v, attended, mixed, attentionSum, a },
      ...{ raised, active, lowered, outputSum, y: outputNorm.forward(outputSum) },
    };
  }

  return {
    forward: (x) => through(x).y,

    innerInputs(x) {
      const { attended, a, active } = through(x);
      return new Map([
        [layers.query.name, x],
        [layers.key.name, x],
        [layers.value.name, x],
        [layers.out.name, attended],
        [layers.up.name, a],
        [layers.down.name, active],
      ]);
    },

    backward(x, y, outputGradient) {
      const { q, k, v, attended, mixed, attentionSum, a, raised, active, lowered, outputSum } = through(x);
      const forOutputSum = outputNorm.backward(outputSum, y, outputGradient);
      const forActive = down.backward(active, lowered, forOutputSum);
      const forRaised = gelu.backward(raised, active, forActive);
      const forA = sum(forOutputSum, up.backward(a, raised, forRaised));
      const forAttentionSum = attentionNorm.backward(attentionSum, a, forA);
      const forAttended = out.backward(attended, mixed, forAttentionSum);
      const [forQ, forK, forV] = attend.backward(q, k, v, forAttended);
      return [query.backward(x, q, forQ), key.backward(x, k, forK), value.backward(x, v, forV)].reduce(
        sum,
        forAttentionSum,
      );
    },
  };
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + (b[i] as number));
}
