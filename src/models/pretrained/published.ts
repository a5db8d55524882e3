import type { Download } from "../../datasets/dataset.ts";
import { type Entry, Registry } from "../../foundations/registry.ts";

/** A trained network that others published: `prune-lab data fetch NAME` brings its folder. */
export interface PublishedCheckpoint extends Entry {
  readonly download: Download;
}

const REVISION = "714eb0fa89d2f80546fda750413ed43d93601a13";

const distilbertSst2 = {
  name: "distilbert-sst2",
  summary:
    "DistilBERT (base, uncased) fine-tuned on SST-2: 66,955,010 parameters in 38 linear layers; Apache-2.0.",
  download: {
    mirrors: [
      `https://huggingface.co/distilbert/distilbert-base-uncased-finetuned-sst-2-english/resolve/${REVISION}/`,
    ],
    files: [
      file("config.json", "582122c8f414793d131e10022ce9ba04e3811a9da6389137ee2f18665b4f4d15"),
      file("tokenizer_config.json", "5ab9097b4149371c5fd52b2d6e26cb6f9c07c0d19fcfdda895b1adad6b57c3e0"),
      file("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
      file("model.safetensors", "7c3919835e442510166d267fe7cbe847e0c51cd26d9ba07b89a57b952b49b8aa"),
    ],
  },
} as const satisfies PublishedCheckpoint;

/** By the SHA-256 of the whole file; how long it is, nothing has to say. */
function file(name: string, sha256: string) {
  return { name, spellings: [name], sha256 };
}

export const checkpoints = new Registry<PublishedCheckpoint>("checkpoint", [distilbertSst2]);
