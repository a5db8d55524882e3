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

const published = {
  name: "fashion-mnist",
  title: "Fashion-MNIST",
  bytes: MNIST_BYTES,
  mirrors: [
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  ],
  sha256: {
    "train-images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
  },
} as const satisfies PinnedSet;

const options = z.strictObject(idxOptions);

export const fashionMnist = {
  name: published.name,
  summary: "Clothes, 28x28, 10 classes: 60,000 + 10,000 from files; harder than mnist.",
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
