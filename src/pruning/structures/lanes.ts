import type { Lanes } from "../../network/parameters.ts";
import { matrixShape } from "../../network/parameters.ts";
import type { StructuredTensor, Units } from "../structure.ts";

/** A unit is one of a block's lanes of a kind, with its rows and columns of all weights that it has a part of. */
export function unitsInLanes(kind: Lanes["of"]) {
  const lanesOf = ({ lanes }: StructuredTensor) => (lanes?.of === kind ? lanes : undefined);
  return {
    group: (tensor: StructuredTensor): string | undefined => lanesOf(tensor)?.block,
    units: (tensor: StructuredTensor): Units | undefined => {
      const lanes = lanesOf(tensor);
      if (lanes === undefined) return undefined;
      const { count, along } = lanes;
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
