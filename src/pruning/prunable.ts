import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { type ParameterSpec, parameterSpecs } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";

export interface PrunableOptions {
  /** Layer names, or `output` for the last layer. */
  readonly exclude: readonly string[];
  /** Prune the biases of the other layers too. */
  readonly biases: boolean;
}

/**
 * The tensors that pruning may touch, in layer order: every layer's weight, the output layer's included, but
 * for the excluded layers; with `biases` their biases as well. Throws a PruneLabError of kind `input` for a
 * layer that the network lacks, and when no layer is left.
 */
export function prunableTensors(spec: NetworkSpec, { exclude, biases }: PrunableOptions): ParameterSpec[] {
  const parameters = parameterSpecs(spec);
  const layers = [...new Set(parameters.map(({ layer }) => layer))];
  const choices = [...layers, "output"];
  for (const name of exclude) {
    if (!choices.includes(name)) {
      throw inputError(
        `prune.exclude: the network has no layer ${quote(name)}, only ${choices.join(", ")}.` +
          didYouMean(name, choices),
      );
    }
  }
  const spared = exclude.map((name) => (name === "output" ? layers.at(-1) : name));
  const prunable = parameters.filter(
    ({ layer, role }) => !spared.includes(layer) && (role === "weight" || (role === "bias" && biases)),
  );
  if (prunable.length === 0) {
    throw inputError(`prune.exclude spares every layer (${layers.join(", ")}): nothing is left to prune.`);
  }
  return prunable;
}
