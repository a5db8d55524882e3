import { inputError } from "../foundations/errors.ts";
import { type OptionsOf, optionsSchema, Registry } from "../foundations/registry.ts";
import { parameterSpecs } from "../network/parameters.ts";
import { layerOutputShapes, sizeOf } from "../network/shapes.ts";
import { hasWeights, type LayerSpec, type Loss, type NetworkSpec } from "../network/specification.ts";
import { cnn, lenet5 } from "./cnn.ts";
import { distilbert } from "./distilbert.ts";
import { lenet300100, mlp } from "./mlp.ts";
import type { ModelEntry, ResolvedModel } from "./model.ts";
import { pretrained } from "./pretrained/pretrained.ts";

const builtIn = [mlp, cnn, lenet300100, lenet5, distilbert, pretrained] as const;

/** Every model. The config's schema, `list` and the reference page are derived from here. */
export const models = new Registry<ModelEntry, (typeof builtIn)[number]>("model", builtIn, {
  fc: "mlp",
  fcn: "mlp",
  dense: "mlp",
  perceptron: "mlp",
  conv: "cnn",
  convnet: "cnn",
  lenet: "lenet-5",
  lenet300: "lenet-300-100",
  bert: "pretrained",
  huggingface: "pretrained",
  hf: "pretrained",
  transformer: "distilbert",
});

export type ModelOptions = OptionsOf<typeof models>;

/** The config's `model:` mapping: the name of a model that is registered now, its options and its initializer. */
export function modelSchema() {
  return optionsSchema(models).describe("The network that is trained and pruned.");
}

/** A model with what its options name. Throws a PruneLabError of kind `input` for what is missing or cannot be read. */
export async function resolveModel(
  options: ModelOptions,
  context: { readonly dataDir: string | undefined },
): Promise<ResolvedModel<ModelOptions>> {
  const { name, ...rest } = options;
  const resolved = await models.named(name).resolve?.(rest, context);
  if (resolved === undefined) return { options };
  return { ...resolved, options: { name, ...resolved.options } as ModelOptions };
}

/** Values in one tensor that every engine can index and hold: 1 GiB of 32-bit floats. */
const largestTensor = 2 ** 28;

/** Values of one layer's output for one example, with which a batch is some GiB. */
const largestOutput = 2 ** 24;

/**
 * The network of a config's `model:` mapping for examples of `inputShape` ([features], [channels, height,
 * width], or [the most tokens]) and `outputs` classes or target values. Its layers are named conv1, conv2, ..., fc1, fc2,
 * ...; those of a transformer as in its files, and it takes texts up to its own length, whatever that of the examples.
 * Throws a PruneLabError of kind `input` when the model does not fit the examples.
 */
export function buildNetwork(
  options: ModelOptions,
  inputShape: readonly number[],
  outputs: number,
  loss: Loss,
): NetworkSpec {
  const model = models.named(options.name).layers(options, inputShape, outputs);
  const [first] = model;
  if (first?.kind === "embeddings") {
    if (options.bias === false) {
      throw inputError(`model '${options.name}': its layers have biases. Leave bias out.`);
    }
    return sizedNetwork(options.name, {
      inputShape: [longestText(options.name, inputShape, first)],
      layers: model,
      loss,
    });
  }
  const layers = options.bias === false ? model.map(withoutBias) : model;
  return sizedNetwork(options.name, { inputShape, layers, loss });
}

/** The most tokens that the network takes. Throws when there are texts of more. */
function longestText(
  name: string,
  [longest = 0]: readonly number[],
  { positions }: { readonly positions: number },
): number {
  if (longest <= positions) return positions;
  throw inputError(
    `model '${name}': it takes texts of up to ${positions} pieces, and the longest has ${longest}.`,
  );
}

/** The network, unless it is larger than engines can take. */
function sizedNetwork(name: string, spec: NetworkSpec): NetworkSpec {
  const large = layerOutputShapes(spec).find((shape) => sizeOf(shape) > largestOutput);
  if (large !== undefined) {
    throw inputError(
      `model '${name}': a layer would have ${large.join("x")} = ${sizeOf(large)} outputs for each example, ` +
        `more than the ${largestOutput} that every engine can hold.`,
    );
  }
  const tooLarge = parameterSpecs(spec).find(({ size }) => size > largestTensor);
  if (tooLarge !== undefined) {
    const { name: tensor, shape, size } = tooLarge;
    throw inputError(
      `model '${name}': ${tensor} would hold ${shape.join("x")} = ${size} values, ` +
        `more than the ${largestTensor} of the largest tensor.`,
    );
  }
  return spec;
}

function withoutBias(layer: LayerSpec): LayerSpec {
  return hasWeights(layer) ? { ...layer, bias: false } : layer;
}
