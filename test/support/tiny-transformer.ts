import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { encodeSafetensors } from "../../src/foundations/safetensors.ts";
import { initialParameters } from "../../src/models/initializers.ts";
import { buildNetwork, type ModelOptions, modelSchema } from "../../src/models/registry.ts";
import { parameterSpecs } from "../../src/network/parameters.ts";

const WORDS = ["good", "bad", "a", "film", "the", "plot", "is", "not"];
const PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...WORDS];

export const tinyArchitecture = {
  ...{ layers: 1, width: 8, heads: 2, hidden: 12 },
  ...{ vocabulary: PIECES.length, positions: 10 },
};

/** A folder as Hugging Face has it, of a small DistilBERT with random weights. */
export async function writeTinyTransformer(folder: string, changes: object = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  const options = modelSchema().parse({ name: "distilbert", ...tinyArchitecture }) as ModelOptions;
  const network = buildNetwork(options, [1], 2, "softmax-cross-entropy");
  const values = initialParameters(network, { name: "normal", deviation: 0.3, bias: 0 }, 1);
  const tensors = parameterSpecs(network).map(({ name, shape }) => ({
    name,
    shape,
    values: values.get(name) ?? new Float32Array(),
  }));
  const { layers, width, heads, hidden, vocabulary, positions } = tinyArchitecture;
  const config = {
    model_type: "distilbert",
    ...{ dim: width, n_layers: layers, n_heads: heads, hidden_dim: hidden },
    ...{ vocab_size: vocabulary, max_position_embeddings: positions, ...changes },
  };
  await writeFile(path.join(folder, "config.json"), JSON.stringify(config));
  await writeFile(path.join(folder, "model.safetensors"), encodeSafetensors(tensors));
  await writeFile(path.join(folder, "vocab.txt"), `${PIECES.join("\n")}\n`);
  return folder;
}

/** Sentences with a label that one word tells: every `good` is 1, every `bad` 0. Each number gives other sentences. */
export async function writeSentences(file: string, count: number, from = 0): Promise<string> {
  const lines = Array.from({ length: count }, (_, i) => {
    const number = from + i;
    const others = [number, number >> 1, number >> 3].map((n) => WORDS[2 + (n % 6)]);
    return `${[others[0], number % 2 === 0 ? "good" : "bad", ...others.slice(1)].join(" ")}\t${1 - (number % 2)}`;
  });
  await writeFile(file, `sentence\tlabel\n${lines.join("\n")}\n`);
  return file;
}
