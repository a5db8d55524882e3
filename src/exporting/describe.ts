import { type Normalization, normalizationSchema } from "../datasets/normalization.ts";
import type { Checkpoint } from "../recording/read-checkpoint.ts";

/** What a checkpoint is, in a line: `lenet-300-100, global-magnitude at 98% sparsity, on mnist`. */
export function titleOf({ metadata }: Pick<Checkpoint, "metadata">): string {
  const { model = "a network", method, sparsity, dataset } = metadata;
  const percent = Number((100 * Number(sparsity)).toFixed(2));
  const pruned =
    method === undefined || Number.isNaN(percent) ? "dense" : `${method} at ${percent}% sparsity`;
  return [model, pruned, ...(dataset === undefined ? [] : [`on ${dataset}`])].join(", ");
}

/** How bytes of images become its inputs; undefined where the checkpoint does not say, as of a table. */
export function normalizationOf({ metadata }: Pick<Checkpoint, "metadata">): Normalization | undefined {
  if (metadata.normalize === undefined) return undefined;
  try {
    return normalizationSchema.parse(JSON.parse(metadata.normalize));
  } catch {
    return undefined;
  }
}

/** The same as a sentence. */
export function inputSentence(checkpoint: Pick<Checkpoint, "metadata">): string {
  const normalization = normalizationOf(checkpoint);
  if (normalization === undefined) return "Inputs are scaled as the dataset scales them.";
  if (normalization === "unit") return "Inputs are byte / 255 of each pixel.";
  return `Inputs are (byte / 255 - ${normalization.mean}) / ${normalization.std} of each pixel.`;
}

/** The same. */
export function outputSentence({ network }: Pick<Checkpoint, "network">): string {
  return network.loss === "softmax-cross-entropy"
    ? "Outputs are logits: a softmax makes probabilities of them."
    : "Outputs are the values themselves.";
}
