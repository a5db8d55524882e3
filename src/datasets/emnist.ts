import * as z from "zod";
import type { DatasetEntry } from "./dataset.ts";
import { idxOptions } from "./formats/idx/dataset.ts";
import type { IdxImages } from "./formats/idx/images.ts";
import {
  bytesOf28x28,
  findPinned,
  loadPinned,
  missingError,
  type PinnedSet,
  pinnedDownload,
} from "./formats/idx/pinned.ts";
import type { LabeledImages } from "./labeled-images.ts";

/** What it is called in configs, and its folder. */
const name = "emnist";

/**
 * Cohen et al. 2017, "EMNIST: an extension of MNIST to handwritten letters". NIST publishes all splits in one archive,
 * gzip.zip; the mirror has its files one by one.
 */
function split(
  of: string,
  { train, test }: { readonly train: number; readonly test: number },
  sha256: PinnedSet["sha256"],
  interpret: (images: IdxImages) => IdxImages = upright,
): PinnedSet {
  return {
    name,
    resultName: `${name}-${of}`,
    title: `EMNIST ${of}`,
    bytes: bytesOf28x28(train, test),
    mirrors: ["https://media.githubusercontent.com/media/aurelienduarte/emnist/master/gzip/"],
    naming: (role) => {
      const [half, what] = role.split("-");
      return `${name}-${of}-${half === "t10k" ? "test" : half}-${what}-idx${what === "images" ? 3 : 1}-ubyte`;
    },
    checks: "file",
    sha256,
    interpret,
  };
}

const splits = {
  balanced: split(
    "balanced",
    { train: 112_800, test: 18_800 },
    {
      "train-images": "74295e75e4e9fa2c102147460ee7eb763653d5132d883a84fb88932bfb8d2db4",
      "train-labels": "b46d41e5156a0a8aaaa4d18979fdd1588850fa8571018acffd5d93b325a7d6ed",
      "t10k-images": "117fc12b015e37ea98bfb2cbba3f77c3782c056cdbd219b87abfc8661d7135db",
      "t10k-labels": "a67cac948379b67270b9a4d0a01c8ec661598accf2f2b1964340b7c83cb175cd",
    },
  ),
  letters: split(
    "letters",
    { train: 124_800, test: 20_800 },
    {
      "train-images": "6288f418a917e007bf5fddb823a2dc7a5c6a35031401b93292a539cb12bd881f",
      "train-labels": "9759af91ea6bccdf07a6040fd085861f2ec88e37f7c3f5760f6feb57106fbe5c",
      "t10k-images": "50f0e93d75b99b463e9760b8345866f22587fa2c2fba472730a5ba09c693412d",
      "t10k-labels": "924955c31fe7fd809b7303b5c0141282955f4b8390c74cdfd5d80435e0f4b4cb",
    },
    (images) => fromZero(upright(images)),
  ),
  digits: split(
    "digits",
    { train: 240_000, test: 40_000 },
    {
      "train-images": "f7c95004d14d81af89522e67d8f0c781dfb3bd544181c81bfe1eb6b41c35b726",
      "train-labels": "6638a6ff5fe2eefd9cca2471995b46c82986b8e4b2a70d2f5ce8e05d7edb319e",
      "t10k-images": "20ebe43509264f7639d37c835a3f0b009e90b29e00a099a03101abe1644a3f63",
      "t10k-labels": "bad1834c45d5988e270b99d43b13edc3fd898f658ffbc2caf2846ef27f7b05b0",
    },
  ),
};

const options = z.strictObject({
  split: z
    .enum(["balanced", "letters", "digits"])
    .default("balanced")
    .describe(
      "balanced: digits and letters, 47 classes; letters: both cases of each as one of 26; digits: 10.",
    ),
  ...idxOptions,
});

const all = Object.values(splits);

export const emnist = {
  name,
  summary:
    "Handwritten digits and letters, 28x28: 47, 26 or 10 classes, 131,600 to 280,000 images from files.",
  options,
  resultNames: all.map(({ resultName = name }) => resultName),
  download: {
    mirrors: splits.balanced.mirrors,
    files: all.flatMap((set) => pinnedDownload(set).files),
  },
  load: async (chosen, context) => {
    const set = splits[chosen.split];
    const found = await findPinned(set, context);
    if (!found.complete) throw missingError(found.nothing, set, context);
    return loadPinned(set, found.files, chosen);
  },
} as const satisfies DatasetEntry<typeof options>;

/** Its images are stored column by column: each is turned over its diagonal. */
export function upright({ train, test, ...others }: IdxImages): IdxImages {
  return { ...others, train: transposed(train), test: transposed(test) };
}

/** Labels that begin at 1, from 0. */
export function fromZero({ train, test, classes, ...others }: IdxImages): IdxImages {
  const shifted = ({ labels, ...images }: LabeledImages) => ({
    ...images,
    labels: labels.map((label) => label - 1),
  });
  return { ...others, train: shifted(train), test: shifted(test), classes: classes - 1 };
}

function transposed({ shape, pixels, labels }: LabeledImages): LabeledImages {
  const [channels = 1, rows = 1, columns = 1] = shape;
  const turned = new Uint8Array(pixels.length);
  for (let start = 0; start < pixels.length; start += rows * columns) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        turned[start + column * rows + row] = pixels[start + row * columns + column] as number;
      }
    }
  }
  return { shape: [channels, columns, rows], pixels: turned, labels };
}
