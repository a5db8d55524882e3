import type { TransformerBlockSpec } from "../../../network/specification.ts";
import { blockLayers } from "../../../network/transformer.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import { type Attended, attention } from "./attention.ts";
import { type Dense, dense } from "./dense.ts";
import { type Activated, gelu } from "./gelu.ts";
import { type Layer, type Passed, textsOf } from "./layer.ts";
import { layerNorm, type Normalized } from "./layer-norm.ts";

/** What the way back needs of the way from x to y. */
interface Through extends Passed {
  readonly attended: Attended;
  readonly a: Normalized;
  readonly raised: Passed;
  readonly active: Activated;
  readonly y: Normalized;
}

/**
 * [tokens, width] to the same:
 *
 *     a = norm(x + out(attention(query(x), key(x), value(x))))
 *     y = norm(a + down(gelu(up(a))))
 */
export function transformerBlock(runtime: Runtime, spec: TransformerBlockSpec): Layer<Through> {
  const layers = blockLayers(spec);
  const [query, key, value] = [
    dense(runtime, layers.query),
    dense(runtime, layers.key),
    dense(runtime, layers.value),
  ];
  const [attend, out] = [attention(runtime, spec), dense(runtime, layers.out)];
  const [up, activate, down] = [dense(runtime, layers.up), gelu(runtime), dense(runtime, layers.down)];
  const attentionNorm = layerNorm(runtime, layers.attentionNorm);
  const outputNorm = layerNorm(runtime, layers.outputNorm);
  const sum = (a: Tensor, b: Tensor) => runtime.run("AddV2", [a, b]);

  return {
    forward(x, pass) {
      const through = (layer: Dense, input: Tensor) => layer.forward(input, pass).output;
      const [q, k, v] = [through(query, x), through(key, x), through(value, x)];
      const attended = attend.forward(q, k, v, textsOf(pass));
      const a = attentionNorm.forward(sum(x, through(out, attended.output)), pass);
      const raised = up.forward(a.output, pass);
      const active = activate.forward(raised.output);
      const y = outputNorm.forward(sum(a.output, through(down, active.output)), pass);
      return { output: y.output, attended, a, raised, active, y };
    },

    backward({ input: x, passed: { attended, a, raised, active, y }, outputGradient }, pass) {
      const back = (layer: Dense, input: Tensor, gradient: Tensor) => {
        const given = layer.backward({ input, outputGradient: gradient, wantsInputGradient: true }, pass);
        return { input: given.input as Tensor, parameters: given.parameters };
      };
      const forOutputSum = outputNorm.backward({ passed: y, outputGradient }, pass);
      const forActive = back(down, active.output, forOutputSum.input);
      const forRaised = activate.backward({
        input: raised.output,
        passed: active,
        outputGradient: forActive.input,
      });
      const throughUp = back(up, a.output, forRaised.input);
      const forA = sum(forOutputSum.input, throughUp.input);
      const forAttentionSum = attentionNorm.backward({ passed: a, outputGradient: forA }, pass);
      const forAttended = back(out, attended.output, forAttentionSum.input);
      const [forQ, forK, forV] = attend.backward(attended, forAttended.input, textsOf(pass));
      const forX = [back(query, x, forQ), back(key, x, forK), back(value, x, forV)];
      return {
        input: forX.reduce((total, { input }) => sum(total, input), forAttentionSum.input),
        parameters: [...forX, forAttended, forAttentionSum, throughUp, forActive, forOutputSum].flatMap(
          ({ parameters }) => parameters,
        ),
      };
    },

    innerInputs: (x, { attended, a, active }) =>
      new Map([
        [layers.query.name, x],
        [layers.key.name, x],
        [layers.value.name, x],
        [layers.out.name, attended.output],
        [layers.up.name, a.output],
        [layers.down.name, active.output],
      ]),
  };
}
