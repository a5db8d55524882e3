import { type ParameterSpec, type Parameters, parameterSpecs } from "../../../network/parameters.ts";
import type { NetworkSpec } from "../../../network/specification.ts";
import { valuesFor } from "../home.ts";
import { type Layout, parameterLayout } from "../layout.ts";

/** One parameter within a row. */
export interface Part {
  readonly spec: ParameterSpec;
  /** As a single network has it. */
  readonly layout: Layout;
  readonly start: number;
  /** Whether its layer is a convolution. */
  readonly convolves: boolean;
}

/** How all parameters of one network lie in a row, one after the other. */
export class Row {
  readonly parts: readonly Part[];
  readonly length: number;

  constructor(spec: NetworkSpec) {
    const parts: Part[] = [];
    const convolutions = spec.layers.flatMap((layer) => (layer.kind === "conv2d" ? [layer.name] : []));
    let start = 0;
    for (const parameter of parameterSpecs(spec)) {
      const convolves = convolutions.includes(parameter.layer);
      parts.push({ spec: parameter, layout: parameterLayout(parameter.shape), start, convolves });
      start += parameter.size;
    }
    this.parts = parts;
    this.length = start;
  }

  get sizes(): readonly number[] {
    return this.parts.map(({ spec }) => spec.size);
  }

  /** Throws a RangeError when a tensor is missing or of another size. */
  pack(tensors: Parameters): Float32Array {
    const row = new Float32Array(this.length);
    for (const { spec, layout, start } of this.parts) {
      row.set(layout.toDevice(valuesFor(tensors, spec)), start);
    }
    return row;
  }

  unpack(row: Float32Array): Parameters {
    return new Map(
      this.parts.map(({ spec, layout, start }) => [
        spec.name,
        layout.toHost(row.slice(start, start + spec.size)),
      ]),
    );
  }
}
