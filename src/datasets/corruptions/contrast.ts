import type { BySeverity, Corruption } from "./corruption.ts";

/** What is left of each pixel's distance from the mean. */
const LEFT: BySeverity<number> = { 1: 0.8, 2: 0.6, 3: 0.4, 4: 0.25, 5: 0.1 };

export const contrast = {
  name: "contrast",
  summary: "Drawn towards the mean of the image, of which 80%, 60%, 40%, 25% or 10% of the contrast stays.",
  drawn: (severity) => (plane) => {
    const mean = plane.pixels.reduce((sum, value) => sum + value, 0) / plane.pixels.length;
    return plane.pixels.map((value) => Math.round(mean + LEFT[severity] * (value - mean)));
  },
} as const satisfies Corruption;
