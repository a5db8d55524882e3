import type { RandomStream } from "../../foundations/random.ts";
import type { Entry } from "../../foundations/registry.ts";

/** How strong a corruption is; 1 is the weakest. */
export type Severity = 1 | 2 | 3 | 4 | 5;

export const SEVERITIES = [1, 2, 3, 4, 5] as const satisfies readonly Severity[];

/** One channel of an image. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  /** [height, width], row-major; 0 is black. */
  readonly pixels: Uint8Array;
  /** The value of the brightest pixel of the whole set: 255 of most. */
  readonly brightest: number;
}

/**
 * A damage to test images. Its arithmetic is additions, multiplications and square roots alone, whose results IEEE 754
 * fixes: the same images on every machine.
 */
export interface Corruption extends Entry {
  /**
   * What it does to an image at a severity: drawn once, so that all channels are moved or turned alike. What is random
   * comes from `random`, which the content of the image decides.
   */
  readonly drawn: (severity: Severity, random: RandomStream) => (plane: Plane) => Uint8Array;
}

/** A setting for each severity. */
export type BySeverity<Value> = Readonly<Record<Severity, Value>>;
