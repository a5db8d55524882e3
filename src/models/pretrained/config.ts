import path from "node:path";
import * as z from "zod";
import { inputError } from "../../foundations/errors.ts";
import { excerpt, quote } from "../../foundations/quote.ts";
import type { Architecture, Layout } from "../transformer-layers.ts";

/** What prune-lab has to know of a config.json of Hugging Face's transformers. */
export interface PretrainedConfig {
  readonly architecture: Architecture;
  /** Of the head that its weights have. */
  readonly classes: number;
  /** Why its weights cannot be read, as a sentence about config.json; undefined where they can. */
  readonly otherWeights: string | undefined;
}

const count = z.int().positive();

const common = {
  architectures: z.array(z.string()).nullish(),
  vocab_size: count,
  max_position_embeddings: count,
  id2label: z.record(z.string(), z.unknown()).nullish(),
  num_labels: count.nullish(),
  problem_type: z.string().nullish(),
  quantization_config: z.unknown().optional(),
};

const distilbert = z.object({
  ...common,
  model_type: z.literal("distilbert"),
  dim: count,
  n_layers: count,
  n_heads: count,
  hidden_dim: count,
  activation: z.string().default("gelu"),
  sinusoidal_pos_embds: z.boolean().nullish(),
});

const bert = z.object({
  ...common,
  model_type: z.literal("bert"),
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  intermediate_size: count,
  hidden_act: z.string().default("gelu"),
  layer_norm_eps: z.number().positive().default(1e-12),
  position_embedding_type: z.string().nullish(),
  is_decoder: z.boolean().nullish(),
});

const configSchema = z.discriminatedUnion("model_type", [distilbert, bert]);
type Config = z.output<typeof configSchema>;

/**
 * Reads the text of a config.json. Throws a PruneLabError of kind `input` that names the file and what it has, where that
 * is no DistilBERT or BERT that is computed here.
 */
export function parseConfig(text: string, file: string): PretrainedConfig {
  const config = wellFormed(text, file);
  const refuse = (key: string, found: unknown, wanted: string) =>
    inputError(`${file}: ${key} is ${excerpt(JSON.stringify(found))}; prune-lab computes ${wanted}.`);
  const activation = config.model_type === "bert" ? config.hidden_act : config.activation;
  if (activation !== "gelu") {
    throw refuse(config.model_type === "bert" ? "hidden_act" : "activation", activation, '"gelu" alone');
  }
  if (config.model_type === "distilbert" && config.sinusoidal_pos_embds) {
    throw refuse("sinusoidal_pos_embds", true, "positions that are learned");
  }
  if (config.model_type === "bert") {
    const { position_embedding_type: positions, is_decoder: decodes } = config;
    if ((positions ?? "absolute") !== "absolute")
      throw refuse("position_embedding_type", positions, '"absolute"');
    if (decodes) throw refuse("is_decoder", true, "encoders");
  }
  const { problem_type: problem, quantization_config: quantization } = config;
  if ((problem ?? "single_label_classification") !== "single_label_classification") {
    throw refuse("problem_type", problem, '"single_label_classification"');
  }
  if (quantization != null) {
    throw inputError(
      `${file} has a quantization_config: prune-lab reads weights of 32 or 16 bits, not quantized ones.`,
    );
  }
  return {
    architecture: architectureOf(config),
    classes: config.num_labels ?? Object.keys(config.id2label ?? { 0: "", 1: "" }).length,
    otherWeights: otherWeights(config),
  };
}

function wellFormed(text: string, file: string): Config {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw inputError(`${file} is not JSON.`, { cause });
  }
  const { success, data, error } = configSchema.safeParse(json);
  if (success) return data;
  const found = z.object({ model_type: z.string() }).safeParse(json).data?.model_type;
  if (found !== "distilbert" && found !== "bert") {
    throw inputError(
      found === undefined
        ? `${file} has no model_type, as the config.json of a Hugging Face model has.`
        : `${file}: model_type is ${quote(found)}; prune-lab computes distilbert and bert.`,
    );
  }
  const [issue] = error.issues;
  throw inputError(`${file}: ${issue?.path.join(".")}: ${issue?.message}`);
}

function architectureOf(config: Config): Architecture {
  const { vocab_size: vocabulary, max_position_embeddings: positions } = config;
  if (config.model_type === "bert") {
    return {
      layout: "bert",
      layers: config.num_hidden_layers,
      width: config.hidden_size,
      heads: config.num_attention_heads,
      hidden: config.intermediate_size,
      vocabulary,
      positions,
      epsilon: config.layer_norm_eps,
    };
  }
  return {
    layout: "distilbert",
    layers: config.n_layers,
    width: config.dim,
    heads: config.n_heads,
    hidden: config.hidden_dim,
    vocabulary,
    positions,
    // No option of DistilBERT's.
    epsilon: 1e-12,
  };
}

const classifiers: Readonly<Record<Layout, string>> = {
  distilbert: "DistilBertForSequenceClassification",
  bert: "BertForSequenceClassification",
};

function otherWeights({ architectures, model_type: layout }: Config): string | undefined {
  const wanted = classifiers[layout];
  if (architectures == null || architectures.includes(wanted)) return undefined;
  return `its weights are those of ${architectures.map(quote).join(", ")}, and prune-lab reads those of ${wanted}`;
}

/** The config.json of a folder. */
export function configFile(folder: string): string {
  return path.join(folder, "config.json");
}
