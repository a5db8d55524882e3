import type { BySeverity, Corruption, Plane } from "./corruption.ts";

/** How often the weights 1/4, 1/2, 1/4 are applied in either direction: each time adds 1/2 to the variance. */
const PASSES: BySeverity<number> = { 1: 1, 2: 2, 3: 4, 4: 6, 5: 9 };

export const blur = {
  name: "blur",
  summary: "Blurred by a binomial filter of 0.7, 1, 1.4, 1.7 or 2.1 pixels; the edge goes on beyond it.",
  drawn: (severity) => (plane) => {
    // Sums of halves of bytes: exact in 64 bits, and rounded once.
    let values = Float64Array.from(plane.pixels);
    for (let pass = 0; pass < PASSES[severity]; pass++)
      values = smoothed(smoothed(values, plane, "x"), plane, "y");
    return Uint8Array.from(values, Math.round);
  },
} as const satisfies Corruption;

function smoothed(
  values: Float64Array<ArrayBuffer>,
  { height, width }: Plane,
  along: "x" | "y",
): Float64Array<ArrayBuffer> {
  const [step, last] = along === "x" ? [1, width - 1] : [width, height - 1];
  return values.map((value, i) => {
    const place = along === "x" ? i % width : Math.floor(i / width);
    const before = place === 0 ? value : (values[i - step] as number);
    const after = place === last ? value : (values[i + step] as number);
    return (before + 2 * value + after) / 4;
  });
}
