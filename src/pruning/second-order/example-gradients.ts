import { matrixShape, type ParameterSpec, type Parameters } from "../../network/parameters.ts";
import { tensorOf } from "../criterion.ts";
import { addCombination, addTo, dot, product } from "./arrays.ts";

/**
 * The gradients of single examples: a matrix G with a row for each example and a column for each value of some
 * tensors, in their order.
 *
 * The gradient of a dense layer's weight is, for a single example, the outer product of what comes back to its outputs
 * and of what comes in: kept are the two, so that 10,000 examples of a layer of 784 x 40 take the memory of 824 columns
 * in place of 31,360. All else is kept whole.
 */
export class ExampleGradients {
  readonly examples: number;
  /** Columns. */
  readonly values: number;
  readonly #blocks: readonly Block[];

  private constructor(examples: number, blocks: readonly Block[]) {
    this.examples = examples;
    this.#blocks = blocks;
    this.values = blocks.reduce((sum, { size }) => sum + size, 0);
  }

  static async gather(
    each: AsyncIterable<Parameters>,
    tensors: readonly ParameterSpec[],
  ): Promise<ExampleGradients> {
    const factors = tensors.map((): Factors[] => []);
    let examples = 0;
    for await (const gradients of each) {
      examples++;
      for (const [i, tensor] of tensors.entries())
        factors[i]?.push(factorsOf(tensorOf(gradients, tensor.name), tensor));
    }
    let offset = 0;
    const blocks = tensors.map(({ size }, i): Block => {
      const rows = factors[i] ?? [];
      const block = {
        offset,
        size,
        left: columnsOf(rows.map(({ left }) => left)),
        right: columnsOf(rows.map(({ right }) => right)),
      };
      offset += size;
      factors[i] = [];
      return block;
    });
    return new ExampleGradients(examples, blocks);
  }

  /** Of all examples, the gradient with respect to one value: a column of G. */
  column(value: number): Float64Array {
    const block = this.#blocks.find(({ offset, size }) => value >= offset && value < offset + size);
    if (block === undefined) throw new RangeError(`there is no value ${value}`);
    const { offset, left, right } = block;
    const row = Math.floor((value - offset) / right.length);
    return product(at(left, row), at(right, (value - offset) % right.length));
  }

  /** G v: one number an example. */
  times(v: Float64Array): Float64Array {
    const { examples } = this;
    const sums = new Float64Array(examples);
    for (const { offset, left, right } of this.#blocks) {
      for (const [row, outer] of left.entries()) {
        const start = offset + row * right.length;
        const factors = v.subarray(start, start + right.length);
        const met = right.filter((_, column) => factors[column] !== 0);
        if (met.length === 0) continue;
        const inner = new Float64Array(examples);
        addCombination(
          inner,
          met,
          Array.from(factors).filter((factor) => factor !== 0),
        );
        for (let n = 0; n < examples; n++) {
          sums[n] = (sums[n] as number) + (inner[n] as number) * (outer[n] as number);
        }
      }
    }
    return sums;
  }

  /** Gᵀ t: one number a value; 0 where `wanted`, if given, is 0. */
  transposedTimes(t: Float64Array, wanted?: Uint8Array): Float64Array {
    const sums = new Float64Array(this.values);
    for (const { offset, left, right } of this.#blocks) {
      for (const [row, outer] of left.entries()) {
        const start = offset + row * right.length;
        if (wanted?.subarray(start, start + right.length).includes(1) === false) continue;
        const scaled = product(outer, t);
        for (const [column, values] of right.entries()) {
          if (wanted?.[start + column] !== 0) sums[start + column] = dot(scaled, values);
        }
      }
    }
    return sums;
  }

  /** The sum of squares of each column. */
  squares(): Float64Array {
    const sums = new Float64Array(this.values);
    for (const { offset, left, right } of this.#blocks) {
      const squared = right.map((values) => product(values, values));
      for (const [row, outer] of left.entries()) {
        const own = product(outer, outer);
        for (const [column, values] of squared.entries()) {
          sums[offset + row * right.length + column] = dot(own, values);
        }
      }
    }
    return sums;
  }

  /** A column of G Gᵀ: of all examples, the product of their gradients with that of one example. */
  productsWith(example: number): Float64Array {
    return this.#products((values, sums) => addTo(sums, values, values[example] as number));
  }

  /** The diagonal of G Gᵀ. */
  lengths(): Float64Array {
    return this.#products((values, sums) => {
      for (let n = 0; n < sums.length; n++) sums[n] = (sums[n] as number) + (values[n] as number) ** 2;
    });
  }

  #products(add: (values: Float32Array, sums: Float64Array) => void): Float64Array {
    const total = new Float64Array(this.examples);
    for (const { left, right } of this.#blocks) {
      const [outer, inner] = [left, right].map((columns) => {
        const sums = new Float64Array(this.examples);
        for (const values of columns) add(values, sums);
        return sums;
      }) as [Float64Array, Float64Array];
      for (let n = 0; n < total.length; n++)
        total[n] = (total[n] as number) + (outer[n] as number) * (inner[n] as number);
    }
    return total;
  }

  /** G for some of the examples alone. */
  of(examples: readonly number[]): ExampleGradients {
    const pick = (values: Float32Array) => Float32Array.from(examples, (n) => values[n] as number);
    const blocks = this.#blocks.map(({ left, right, ...block }) => ({
      ...block,
      left: left.map(pick),
      right: right.map(pick),
    }));
    return new ExampleGradients(examples.length, blocks);
  }

  /** So many columns of G from one on: [examples, columns], row-major. */
  rows(from: number, columns: number): Float64Array {
    const rows = new Float64Array(this.examples * columns);
    for (let i = 0; i < columns; i++) {
      const column = this.column(from + i);
      for (let n = 0; n < column.length; n++) rows[n * columns + i] = column[n] as number;
    }
    return rows;
  }
}

/** The columns of a tensor's values [row, column] are left[row] x right[column], example by example. */
interface Block {
  readonly offset: number;
  readonly size: number;
  /** One array a row, one number an example. */
  readonly left: readonly Float32Array[];
  readonly right: readonly Float32Array[];
}

interface Factors {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

const ONE = Float32Array.of(1);

/** Of a matrix of rank 1: the row with the largest value, and what the others are of it. */
function factorsOf(gradient: Float32Array, { shape }: ParameterSpec): Factors {
  if (shape.length !== 2) return { left: gradient, right: ONE };
  const { rows, columns } = matrixShape(shape);
  let largest = 0;
  for (let i = 1; i < gradient.length; i++) {
    if (Math.abs(gradient[i] as number) > Math.abs(gradient[largest] as number)) largest = i;
  }
  const column = largest % columns;
  const pivot = gradient[largest] as number;
  const right = gradient.slice(largest - column, largest - column + columns);
  const left = new Float32Array(rows);
  if (pivot !== 0)
    for (let row = 0; row < rows; row++) left[row] = (gradient[row * columns + column] as number) / pivot;
  return { left, right };
}

/** The columns of a matrix that is given by its rows. */
function columnsOf(rows: readonly Float32Array[]): Float32Array[] {
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, column) =>
    Float32Array.from(rows, (row) => row[column] as number),
  );
}

function at(columns: readonly Float32Array[], index: number): Float32Array {
  return columns[index] as Float32Array;
}
