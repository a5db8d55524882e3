import { ink } from "./theme.ts";

interface Place {
  readonly cost: number;
  /** On the axis. */
  readonly y: number;
}

/** A Pareto front as steps behind everything else, in order of rising cost, on to `end`: nothing dearer is better. */
export function frontLayer(front: readonly Place[], end: number) {
  const last = front.at(-1);
  return {
    data: {
      values: [...front, ...(last === undefined ? [] : [{ ...last, cost: end }])].map(({ cost, y }) => ({
        cost,
        y,
      })),
    },
    mark: {
      type: "line",
      interpolate: "step-after",
      color: ink.front,
      strokeWidth: 5,
      strokeJoin: "round",
    },
    encoding: { description: { value: "Pareto front" } },
  } as const;
}
