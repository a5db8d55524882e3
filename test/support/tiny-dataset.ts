import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { randomStream } from "../../src/foundations/random.ts";

/** Side of an image, and number of classes. */
const SIDE = 6;
const CLASSES = 3;

/**
 * Writes a dataset of four IDX files that a small network learns in a few epochs: each class is a bright row of
 * its own, under noise.
 */
export async function writeTinyDataset(folder: string, counts = { train: 180, test: 60 }): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [part, count] of [
    ["train", counts.train],
    ["t10k", counts.test],
  ] as const) {
    const stream = randomStream(7, "tiny dataset", part);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES);
    const pixels = new Uint8Array(count * SIDE * SIDE);
    for (const [example, label] of labels.entries()) {
      for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
        const bright = Math.floor(pixel / SIDE) === 2 * label;
        pixels[example * SIDE * SIDE + pixel] = stream.below(90) + (bright ? stream.below(160) : 0);
      }
    }
    await writeFile(path.join(folder, `${part}-images-idx3-ubyte`), idx([count, SIDE, SIDE], pixels));
    await writeFile(path.join(folder, `${part}-labels-idx1-ubyte`), idx([count], labels));
  }
  return folder;
}

/** The IDX format: 0, 0, type (8: unsigned byte), number of dimensions, each extent, values. */
function idx(shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [i, extent] of shape.entries()) header.writeUInt32BE(extent, 4 + 4 * i);
  return Buffer.concat([header, values]);
}
