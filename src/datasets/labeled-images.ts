import type { ExampleSet } from "../engines/examples.ts";
import type { ByteScaling } from "./normalization.ts";

/** Labeled images as a source stores them. */
export interface LabeledImages {
  /** [channels, height, width] of one image. */
  readonly shape: readonly number[];
  /** [count, ...shape], row-major. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** Images as examples: bytes that are scaled as they are read, and labels 0 .. classes - 1. */
export function imageExamples(
  { shape, pixels, labels }: LabeledImages,
  classes: number,
  scaling: ByteScaling,
): ExampleSet {
  return {
    count: labels.length,
    shape,
    inputs: { kind: "bytes", values: pixels, ...scaling },
    targets: { kind: "classes", labels, classes },
  };
}
