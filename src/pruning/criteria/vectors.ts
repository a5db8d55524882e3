import type { Parameters } from "../../network/parameters.ts";
import { tensorOf } from "../criterion.ts";

/** All parameters of a network as one vector, tensor by tensor. */

/** Euclidean length. */
export function norm(vector: Parameters): number {
  let sum = 0;
  for (const values of vector.values()) {
    for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  }
  return Math.sqrt(sum);
}

/** from + length x direction */
export function stepFrom(from: Parameters, direction: Parameters, length: number): Parameters {
  return new Map(
    [...from].map(([name, values]) => {
      const along = tensorOf(direction, name);
      return [name, values.map((value, i) => value + length * (along[i] as number))];
    }),
  );
}

/** factor x (a - b) */
export function difference(a: Parameters, b: Parameters, factor: number): Parameters {
  return new Map(
    [...a].map(([name, values]) => {
      const others = tensorOf(b, name);
      return [name, values.map((value, i) => factor * (value - (others[i] as number)))];
    }),
  );
}
