import type { RandomStream } from "../../foundations/random.ts";
import type { BySeverity, Corruption } from "./corruption.ts";

/** Standard deviation, as a fraction of the brightest value. */
const DEVIATION: BySeverity<number> = { 1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4, 5: 0.5 };

export const noise = {
  name: "noise",
  summary: "Noise on every pixel, close to normal, of 10% to 50% of the brightest value; clipped.",
  drawn:
    (severity, random) =>
    ({ pixels, brightest }) =>
      pixels.map((value) => {
        const noisy = Math.round(value + DEVIATION[severity] * brightest * deviate(random));
        return Math.min(Math.max(noisy, 0), brightest);
      }),
} as const satisfies Corruption;

/** Mean and standard deviation of the sum of four numbers that are uniform over 0 .. 255. */
const MEAN = 4 * 127.5;
const SPREAD = Math.sqrt((4 * (256 ** 2 - 1)) / 12);

/** Close to standard normal: a sum of four uniform bytes, one draw a pixel and without a logarithm. */
function deviate(random: RandomStream): number {
  const bytes = random.uint32();
  const sum = (bytes & 255) + ((bytes >>> 8) & 255) + ((bytes >>> 16) & 255) + (bytes >>> 24);
  return (sum - MEAN) / SPREAD;
}
