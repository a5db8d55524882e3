/**
 * Scaled dot-product attention of every token to all tokens of its example (Vaswani et al. 2017, equation 1), in heads: each
 * works on its own values of the width, side by side. Query, key and value are [tokens, width].
 *
 *     output = softmax(query key^T / sqrt(width / heads)) value
 */
export interface Attention {
  forward(query: Float64Array, key: Float64Array, value: Float64Array): Float64Array;
  /** The gradients for query, key and value. */
  backward(
    query: Float64Array,
    key: Float64Array,
    value: Float64Array,
    outputGradient: Float64Array,
  ): readonly [Float64Array, Float64Array, Float64Array];
}

export function attention(width: number, heads: number): Attention {
  const size = width / heads;
  const scale = 1 / Math.sqrt(size);

  /** The product of `size` values each of two tokens. */
  function product(a: Float64Array, fromA: number, b: Float64Array, fromB: number): number {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += (a[fromA + i] as number) * (b[fromB + i] as number);
    return sum;
  }

  /** Adds `factor` times `size` values of one token to those of another. */
  function add(factor: number, from: Float64Array, at: number, to: Float64Array, toAt: number): void {
    for (let i = 0; i < size; i++) (to[toAt + i] as number) += factor * (from[at + i] as number);
  }

  /** How much a token attends to each, in the head that begins at `head` of the width. */
  function weightsOf(query: Float64Array, key: Float64Array, token: number, head: number): Float64Array {
    const weights = new Float64Array(key.length / width);
    let largest = Number.NEGATIVE_INFINITY;
    for (let other = 0; other < weights.length; other++) {
      const score = scale * product(query, token * width + head, key, other * width + head);
      weights[other] = score;
      largest = Math.max(largest, score);
    }
    let sum = 0;
    for (let other = 0; other < weights.length; other++) {
      weights[other] = Math.exp((weights[other] as number) - largest);
      sum += weights[other] as number;
    }
    for (let other = 0; other < weights.length; other++) (weights[other] as number) /= sum;
    return weights;
  }

  return {
    forward(query, key, value) {
      const output = new Float64Array(value.length);
      for (let token = 0; token < value.length / width; token++) {
        for (let head = 0; head < width; head += size) {
          const weights = weightsOf(query, key, token, head);
          for (let other = 0; other < weights.length; other++) {
            add(weights[other] as number, value, other * width + head, output, token * width + head);
          }
        }
      }
      return output;
    },

    backward(query, key, value, outputGradient) {
      const zeros = () => new Float64Array(value.length);
      const [forQuery, forKey, forValue] = [zeros(), zeros(), zeros()];
      for (let token = 0; token < value.length / width; token++) {
        for (let head = 0; head < width; head += size) {
          const at = token * width + head;
          const weights = weightsOf(query, key, token, head);
          const slopes = weights.map((_, other) => product(outputGradient, at, value, other * width + head));
          const mean = slopes.reduce((sum, slope, other) => sum + slope * (weights[other] as number), 0);
          for (let other = 0; other < weights.length; other++) {
            const weight = weights[other] as number;
            const there = other * width + head;
            // Through the softmax, to the score.
            const gradient = scale * weight * ((slopes[other] as number) - mean);
            add(gradient, key, there, forQuery, at);
            add(gradient, query, at, forKey, there);
            add(weight, outputGradient, at, forValue, there);
          }
        }
      }
      return [forQuery, forKey, forValue];
    },
  };
}
