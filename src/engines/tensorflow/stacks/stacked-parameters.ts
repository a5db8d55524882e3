import type { ParameterValues } from "../layers/layer.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import type { Part, Row } from "./row.ts";
import { reshape } from "./stacked-layers.ts";

/** What the layers read of all rows, [lanes, row], and what they give back to be one matrix again. */
export interface StackedParameters {
  values(rows: Tensor): ParameterValues;
  /** The gradients of the parameters, in their order, as rows. */
  rows(gradients: readonly Tensor[]): Tensor;
}

export function stackedParameters(runtime: Runtime, row: Row, lanes: number): StackedParameters {
  return {
    values(rows) {
      const parts = splitRows(runtime, rows, row);
      return new Map(
        row.parts.map((part, i) => [part.spec.name, toStacked(runtime, part, lanes, parts[i] as Tensor)]),
      );
    },
    rows(gradients) {
      const parts = row.parts.map((part, i) => fromStacked(runtime, part, lanes, gradients[i] as Tensor));
      if (parts.length === 1) return parts[0] as Tensor;
      return runtime.run(
        "ConcatV2",
        [...parts, runtime.index(1)],
        [runtime.integers("N", parts.length), runtime.float32("T"), runtime.int32("Tidx")],
      );
    },
  };
}

/** The parts of rows: [rows, size of the parameter] each. */
export function splitRows(runtime: Runtime, rows: Tensor, row: Row): Tensor[] {
  const { sizes } = row;
  return runtime.runMany("SplitV", [rows, runtime.indices(...sizes), runtime.index(1)], sizes.length, [
    runtime.integers("num_split", sizes.length),
  ]);
}

/** From [lanes, size] to what the layer reads; weights of a convolution have their lanes last. */
function toStacked(runtime: Runtime, { spec, layout, convolves }: Part, lanes: number, part: Tensor): Tensor {
  const { shape } = layout;
  if (shape.length === 4) {
    const [height = 1, width = 1, channels = 1, out = 1] = shape;
    const apart = reshape(runtime, part, [lanes, height * width * channels, out]);
    const together = runtime.run("Transpose", [apart, runtime.indices(1, 0, 2)]);
    return reshape(runtime, together, [height, width, channels, lanes * out]);
  }
  if (shape.length === 2) return reshape(runtime, part, [lanes, ...shape]);
  return reshape(runtime, part, convolves ? [lanes * spec.size] : [lanes, 1, spec.size]);
}

/** The way back, for a gradient. */
function fromStacked(runtime: Runtime, { spec, layout }: Part, lanes: number, gradient: Tensor): Tensor {
  const { shape } = layout;
  if (shape.length === 4) {
    const [height = 1, width = 1, channels = 1, out = 1] = shape;
    const together = reshape(runtime, gradient, [height * width * channels, lanes, out]);
    const apart = runtime.run("Transpose", [together, runtime.indices(1, 0, 2)]);
    return reshape(runtime, apart, [lanes, spec.size]);
  }
  return reshape(runtime, gradient, [lanes, spec.size]);
}
