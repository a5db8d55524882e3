import { inputError, type PruneLabError } from "../foundations/errors.ts";

/** Of a format that has no words for a transformer. */
export function refuseTokens(format: string): PruneLabError {
  return inputError(
    `The format ${format} is for networks of dense and convolutional layers; this one is a transformer.`,
    {
      hint: "Formats for it: --format safetensors, safetensors-compressed. The first has the names and shapes of a Hugging Face file.",
    },
  );
}
