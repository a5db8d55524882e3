import type { ExampleSet } from "../engines/examples.ts";
import { exampleSize } from "../engines/examples.ts";
import { contentHash, sha256 } from "../foundations/hash.ts";
import type { Dataset } from "./dataset.ts";
import type { ByteScaling } from "./normalization.ts";

/** Labeled images as a source stores them. */
export interface LabeledImages {
  /** [channels, height, width] of one image. */
  readonly shape: readonly number[];
  /** [count, ...shape], row-major. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** Some of the images, in an order. */
export interface Selection {
  readonly images: LabeledImages;
  readonly order: Uint32Array;
}

/** All of the images, in the order of their source. */
export function wholeOf(images: LabeledImages): Selection {
  return { images, order: Uint32Array.from(images.labels, (_, index) => index) };
}

interface Parts {
  readonly name: string;
  readonly sources: Dataset["sources"];
  readonly classes: number;
  readonly scaling: ByteScaling;
  readonly train: Selection;
  readonly validation: Selection;
  readonly test: Selection;
}

/** Copies the three selections into shared memory and computes the checksum over all that training can see. */
export function assembleDataset({ name, sources, classes, scaling, ...selections }: Parts): Dataset {
  const train = gather(selections.train, classes, scaling);
  const validation = gather(selections.validation, classes, scaling);
  const test = gather(selections.test, classes, scaling);
  const { shape } = train.examples;
  const parts = [train.checksum, validation.checksum, test.checksum];
  return {
    name,
    checksum: contentHash({ shape, classes, scaling, parts }),
    sources,
    train: train.examples,
    validation: validation.examples,
    test: test.examples,
  };
}

function gather({ images, order }: Selection, classes: number, scaling: ByteScaling) {
  const { shape } = images;
  const size = exampleSize({ shape });
  const values = new Uint8Array(new SharedArrayBuffer(order.length * size));
  const labels = new Uint8Array(new SharedArrayBuffer(order.length));
  order.forEach((source, target) => {
    values.set(images.pixels.subarray(source * size, (source + 1) * size), target * size);
    labels[target] = images.labels[source] as number;
  });
  const examples: ExampleSet = {
    count: order.length,
    shape,
    inputs: { kind: "bytes", values, ...scaling },
    targets: { kind: "classes", labels, classes },
  };
  return { examples, checksum: { values: sha256(values), labels: sha256(labels) } };
}
