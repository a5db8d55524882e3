import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { findFile, findNamed } from "../../datasets/data-folder.ts";
import { inputError } from "../../foundations/errors.ts";
import { canonicalJson } from "../../foundations/hash.ts";
import { readError } from "../../foundations/system-errors.ts";
import { defineModel, type ResolvedModel } from "../model.ts";
import { type Architecture, architectureOptions, transformerLayers } from "../transformer-layers.ts";
import { configFile, type PretrainedConfig, parseConfig } from "./config.ts";
import { checkpoints } from "./published.ts";

const WEIGHTS = "model.safetensors";

const found = z
  .strictObject({
    layout: z.enum(["distilbert", "bert"]).describe("Whose names the tensors have, and whose head."),
    epsilon: z.number().positive().describe("Added to the variance where values are normalized."),
    classes: z.int().positive().describe("Outputs of its classifier."),
    ...architectureOptions,
  })
  .nullish()
  .describe(
    "What config.json says. Left out, it is read; the config.yaml of a results folder has it, so that a re-run never takes another network.",
  );

export const pretrained = defineModel(
  {
    name: "pretrained",
    summary:
      "A transformer from a folder of Hugging Face's: DistilBERT or BERT with a classifier, its config, weights and tokenizer.",
    readsTokens: true,
    options: z.strictObject({
      path: z
        .string()
        .min(1)
        .describe(
          "Folder with config.json, model.safetensors and vocab.txt; in a data folder, else from here.",
        ),
      weights: z
        .enum(["file", "none"])
        .default("file")
        .describe("file: it starts from model.safetensors, as if train.from named it; none: from scratch."),
      architecture: found,
    }),
    resolve,
    layers: ({ path: folder, weights, architecture }, _inputShape, outputs) => {
      if (architecture == null) throw new Error("config.json has not been read");
      const { classes } = architecture;
      if (weights === "file" && classes !== outputs) {
        throw inputError(
          `model.path: the network of ${folder} tells ${classes} classes apart, and the data has ${outputs}.`,
          { hint: "Take other data, or train a network of this shape from scratch: model.weights: none" },
        );
      }
      return transformerLayers("pretrained", architecture, outputs);
    },
  },
  "normal",
);

interface Options {
  readonly path: string;
  readonly weights: "file" | "none";
  readonly architecture?: (Architecture & { readonly classes: number }) | null | undefined;
}

/** Reads config.json and finds the weights. Throws a PruneLabError of kind `input` that names what is missing or other. */
async function resolve<Chosen extends Options>(
  options: Chosen,
  { dataDir }: { readonly dataDir: string | undefined },
): Promise<ResolvedModel<Chosen>> {
  const published = checkpoints.find(options.path)?.name;
  const folder = await findNamed(options.path, { option: "model.path", what: "folder", dataDir, published });
  const config = await readConfig(folder);
  const architecture = { ...config.architecture, classes: config.classes };
  if (options.architecture != null && canonicalJson(options.architecture) !== canonicalJson(architecture)) {
    throw inputError(`${configFile(folder)} is not of the network that model.architecture describes.`, {
      hint: "Another folder is there, or its config.json was changed. To take what is there: --set model.architecture=null",
    });
  }
  return {
    options: { ...options, architecture },
    folder,
    ...(options.weights === "none" ? {} : { weights: await findWeights(folder, config) }),
  };
}

async function readConfig(folder: string): Promise<PretrainedConfig> {
  const file = configFile(folder);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw readError(error, file);
  }
  return parseConfig(text, file);
}

async function findWeights(folder: string, { otherWeights }: PretrainedConfig): Promise<string> {
  const scratch = { hint: "To train a network of this shape from scratch: model.weights: none" };
  if (otherWeights !== undefined) throw inputError(`${configFile(folder)}: ${otherWeights}.`, scratch);
  const file = await findFile(folder, [WEIGHTS]);
  if (file !== undefined) return path.resolve(file);
  const other = await findFile(folder, [`${WEIGHTS}.index.json`, "pytorch_model.bin", "tf_model.h5"]);
  const instead =
    other === undefined
      ? ""
      : other.endsWith(".json")
        ? `; its weights lie in several files (${path.basename(other)}), and prune-lab reads a single one`
        : `; it has ${path.basename(other)}, which prune-lab does not read`;
  throw inputError(`${folder} has no ${WEIGHTS}${instead}.`, scratch);
}
