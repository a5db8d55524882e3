import type { Metric } from "../../metrics/metric.ts";
import { ink } from "./theme.ts";
import { measureText } from "./titles.ts";

/** The dense control in a panel of curves: what each point says of it, and the dashed rule across the panel. */
export function denseControl(
  metric: Metric,
  control: number | null,
  { position, width }: { readonly position: (value: number) => number; readonly width: number },
) {
  if (control === null) return { values: {}, rules: [] };
  const rule = {
    mark: { type: "rule" as const, color: ink.muted, strokeDash: [2, 3] },
    encoding: {
      x: { value: 0 },
      x2: { value: width },
      y: { field: "y_control", aggregate: "max" as const },
      description: { value: `dense control: ${measureText(metric, { mean: control, ci95: null })}` },
    },
  };
  return { values: { y_control: position(control) }, rules: [rule] };
}
