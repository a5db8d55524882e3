import type { TransformerBlockSpec } from "../../../network/specification.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import type { HeadRows, TextBatch } from "../text-batch.ts";

/** What the way back needs: each [texts, heads, longest, width / heads], but for the weights. */
export interface Attended {
  /** [tokens, width] */
  readonly output: Tensor;
  /** Times 1 / sqrt(width / heads). */
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** How much a token attends to each: [texts, heads, longest, longest]; 0 to what is none. */
  readonly weights: Tensor;
}

/**
 * Scaled dot-product attention of every token to all tokens of its text (Vaswani et al. 2017, equation 1), in heads: each
 * works on its own values of the width, side by side. Query, key and value are [tokens, width].
 *
 *     output = softmax(query key^T / sqrt(width / heads)) value
 */
export function attention(runtime: Runtime, { width, heads }: Pick<TransformerBlockSpec, "width" | "heads">) {
  const size = width / heads;
  const scale = runtime.constant(1 / Math.sqrt(size));

  const multiply = (a: Tensor, b: Tensor) => runtime.run("Mul", [a, b]);
  const transposeFirst = [runtime.flag("adj_x", true)];
  const transposeSecond = [runtime.flag("adj_y", true)];
  const product = (a: Tensor, b: Tensor, attributes?: typeof transposeFirst) =>
    runtime.run("BatchMatMulV2", [a, b], attributes);

  function rowsOf(texts: TextBatch): HeadRows {
    const rows = texts.heads.get(heads);
    if (rows === undefined) throw new RangeError(`the batch is not laid out for ${heads} heads`);
    return rows;
  }

  function gather(tensor: Tensor, rows: Tensor): Tensor {
    const parts = runtime.run("Reshape", [tensor, runtime.indices(-1, size)]);
    return runtime.run("GatherV2", [parts, rows, runtime.index(0)]);
  }
  const apart = (tensor: Tensor, texts: TextBatch) => gather(tensor, rowsOf(texts).apart);
  const together = (tensor: Tensor, texts: TextBatch) =>
    runtime.run("Reshape", [gather(tensor, rowsOf(texts).together), runtime.indices(-1, width)]);

  return {
    forward(q: Tensor, k: Tensor, v: Tensor, texts: TextBatch): Attended {
      const [query, key, value] = [multiply(apart(q, texts), scale), apart(k, texts), apart(v, texts)];
      const scores = runtime.run("AddV2", [product(query, key, transposeSecond), texts.penalties]);
      const weights = runtime.run("Softmax", [scores]);
      return { output: together(product(weights, value), texts), query, key, value, weights };
    },

    /** The gradients for query, key and value: [tokens, width] each. */
    backward(
      { query, key, value, weights }: Attended,
      outputGradient: Tensor,
      texts: TextBatch,
    ): readonly [Tensor, Tensor, Tensor] {
      // After a text's end stands the gradient of some other token.
      const gradient = multiply(apart(outputGradient, texts), texts.isToken);
      const forWeights = product(gradient, value, transposeSecond);
      const along = runtime.run(
        "Sum",
        [multiply(forWeights, weights), runtime.indices(-1)],
        [runtime.flag("keep_dims", true)],
      );
      const forScores = multiply(weights, runtime.run("Sub", [forWeights, along]));
      return [
        together(multiply(product(forScores, key), scale), texts),
        together(product(forScores, query, transposeFirst), texts),
        together(product(weights, gradient, transposeFirst), texts),
      ];
    },
  };
}
