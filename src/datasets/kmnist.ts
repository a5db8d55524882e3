import * as z from "zod";
import type { DatasetEntry } from "./dataset.ts";
import { idxOptions } from "./formats/idx/dataset.ts";
import {
  findPinned,
  loadPinned,
  MNIST_BYTES,
  missingError,
  type PinnedSet,
  pinnedDownload,
} from "./formats/idx/pinned.ts";

/** Clanuwat et al. 2018, "Deep Learning for Classical Japanese Literature"; CC BY-SA 4.0. */
const published = {
  name: "kmnist",
  title: "KMNIST",
  bytes: MNIST_BYTES,
  mirrors: [
    "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
  ],
  checks: "file",
  sha256: {
    "train-images": "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
    "train-labels": "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
    "t10k-images": "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
    "t10k-labels": "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
  },
} as const satisfies PinnedSet;

const options = z.strictObject(idxOptions);

export const kmnist = {
  name: published.name,
  summary:
    "Cursive hiragana, 28x28, 10 classes: 60,000 + 10,000 from files; harder than fashion-mnist by far.",
  options,
  resultNames: [published.name],
  classes: 10,
  download: pinnedDownload(published),
  load: async (chosen, context) => {
    const found = await findPinned(published, context);
    if (!found.complete) throw missingError(found.nothing, published, context);
    return loadPinned(published, found.files, chosen);
  },
} as const satisfies DatasetEntry<typeof options>;
