import type { Bounds, Interval } from "../../metrics/metric.ts";

/**
 * The interval `value` -+ `halfWidth` as it is on a scale without bounds (the logit between two bounds, the logarithm
 * of the distance from one), brought back by the delta method: it stays within the bounds, holds the value, and is
 * longer towards the middle. The plain interval without bounds, and for a value outside of them.
 */
export function boundedInterval(value: number, halfWidth: number, bounds: Bounds | undefined): Interval {
  const plain = { low: value - halfWidth, high: value + halfWidth };
  const { lowest = null, highest = null } = bounds ?? {};
  if ((lowest !== null && value < lowest) || (highest !== null && value > highest)) return plain;
  if (lowest !== null && highest !== null) {
    const range = highest - lowest;
    const place = (value - lowest) / range;
    const { low, high } = logitInterval(place, halfWidth / range);
    return { low: lowest + range * low, high: lowest + range * high };
  }
  if (lowest !== null && value > lowest) return logInterval(value, halfWidth, lowest);
  if (highest !== null && value < highest) {
    const { low, high } = logInterval(-value, halfWidth, -highest);
    return { low: -high, high: -low };
  }
  return {
    low: Math.max(plain.low, lowest ?? Number.NEGATIVE_INFINITY),
    high: Math.min(plain.high, highest ?? Number.POSITIVE_INFINITY),
  };
}

/** Of a value in 0..1. At an end of it, where the logit is infinite, the other end is half the width away. */
function logitInterval(value: number, halfWidth: number): Interval {
  if (halfWidth === 0) return { low: value, high: value };
  if (value === 0 || value === 1) {
    return { low: Math.max(0, value - halfWidth), high: Math.min(1, value + halfWidth) };
  }
  const logit = Math.log(value / (1 - value));
  const half = halfWidth / (value * (1 - value));
  return { low: inverseLogit(logit - half), high: inverseLogit(logit + half) };
}

function inverseLogit(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** Of a value above `lowest`. */
function logInterval(value: number, halfWidth: number, lowest: number): Interval {
  const distance = value - lowest;
  const factor = Math.exp(halfWidth / distance);
  const high = lowest + distance * factor;
  // Values on both sides of a bound that does not hold can spread by far more than their mean is away from it.
  return { low: lowest + distance / factor, high: Number.isFinite(high) ? high : value + halfWidth };
}
