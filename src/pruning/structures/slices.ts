import type { Slices } from "../../network/parameters.ts";
import { matrixShape } from "../../network/parameters.ts";
import type { StructuredTensor, Units } from "../structure.ts";

/** A unit is one of a block's slices of a kind, with its rows and columns of all weights that it has a part of. */
export function unitsInSlices(kind: Slices["of"]) {
  const slicesOf = ({ slices }: StructuredTensor) => (slices?.of === kind ? slices : undefined);
  return {
    group: (tensor: StructuredTensor): string | undefined => slicesOf(tensor)?.block,
    units: (tensor: StructuredTensor): Units | undefined => {
      const slices = slicesOf(tensor);
      if (slices === undefined) return undefined;
      const { count, along } = slices;
      const { rows, columns } = matrixShape(tensor.shape);
      const width = (along === "rows" ? rows : columns) / count;
      return {
        count,
        of: Int32Array.from({ length: rows * columns }, (_, i) =>
          Math.floor((along === "rows" ? Math.floor(i / columns) : i % columns) / width),
        ),
      };
    },
  };
}
