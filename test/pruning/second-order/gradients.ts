import { randomStream } from "../../../src/foundations/random.ts";
import type { ParameterSpec, Parameters } from "../../../src/network/parameters.ts";
import { ExampleGradients } from "../../../src/pruning/second-order/example-gradients.ts";
import { tensorSpec } from "../fixtures.ts";

/** A dense layer of 3 x 4 with its bias, and a convolution. */
export const tensors = [
  tensorSpec("fc1.weight", [3, 4]),
  tensorSpec("fc1.bias", [3]),
  tensorSpec("conv1.weight", [2, 1, 2, 2]),
];

/** Gradients of single examples: of the dense weight an outer product, as it is for one example. */
export function randomGradients(examples: number): Parameters[] {
  const stream = randomStream(0, "test gradients");
  const normals = (count: number) => Float32Array.from({ length: count }, () => stream.normal());
  return Array.from({ length: examples }, () => {
    const back = normals(3);
    const inputs = normals(4);
    const outer = Float32Array.from({ length: 12 }, (_, i) => (back[i >> 2] ?? 0) * (inputs[i & 3] ?? 0));
    return new Map([
      ["fc1.weight", outer],
      ["fc1.bias", back],
      ["conv1.weight", normals(8)],
    ]);
  });
}

/** The same as rows of numbers. */
export function rowsOf(each: readonly Parameters[], of: readonly ParameterSpec[] = tensors): number[][] {
  return each.map((gradients) => of.flatMap(({ name }) => [...(gradients.get(name) ?? [])]));
}

export function gather(
  each: readonly Parameters[],
  of: readonly ParameterSpec[] = tensors,
): Promise<ExampleGradients> {
  async function* one() {
    yield* each;
  }
  return ExampleGradients.gather(one(), of);
}

/** Of one tensor with a gradient a row. */
export function gatherRows(rows: readonly (readonly number[])[]): Promise<ExampleGradients> {
  const [first = []] = rows;
  const each = rows.map((row) => new Map([["a.bias", Float32Array.from(row)]]));
  return gather(each, [tensorSpec("a.bias", [first.length])]);
}
