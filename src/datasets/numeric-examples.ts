import type { ExampleSet, Targets } from "../engines/examples.ts";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";

/** Named columns of numbers in float64: [rows, columns], row-major. */
export interface Matrix {
  readonly columns: readonly string[];
  readonly values: ArrayLike<number>;
}

/** Examples before they are standardized and rounded to float32. */
export interface NumericExamples {
  readonly inputs: Matrix;
  readonly targets: ({ readonly kind: "values" } & Matrix) | Extract<Targets, { readonly kind: "classes" }>;
}

/** What standardizes the columns of a matrix: (value - mean) / std. */
export interface Scaling {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The same examples as engines read them. Throws a PruneLabError of kind `input` where a float32 cannot hold a number. */
export function toExamples(
  { inputs, targets }: NumericExamples,
  scalings: { readonly inputs?: Scaling; readonly targets?: Scaling } = {},
): ExampleSet {
  const width = inputs.columns.length;
  return {
    count: inputs.values.length / width,
    shape: [width],
    inputs: { kind: "floats", values: toFloats(inputs, scalings.inputs) },
    targets:
      targets.kind === "classes"
        ? targets
        : { kind: "values", values: toFloats(targets, scalings.targets), width: targets.columns.length },
  };
}

function toFloats({ columns, values }: Matrix, scaling: Scaling | undefined): Float32Array {
  const floats = new Float32Array(values.length);
  for (const [column, name] of columns.entries()) {
    const mean = scaling?.mean[column] ?? 0;
    const std = scaling?.std[column] ?? 1;
    for (let i = column; i < values.length; i += columns.length) {
      floats[i] = ((values[i] as number) - mean) / std;
      if (Number.isFinite(floats[i])) continue;
      const scaled = scaling === undefined ? "" : " once it is standardized";
      throw inputError(`The column ${quote(name)} has ${values[i]}, which is too large a number${scaled}.`);
    }
  }
  return floats;
}
