import { Registry } from "../../foundations/registry.ts";
import type { Structure } from "../structure.ts";
import { block } from "./block.ts";
import { ffnNeuron } from "./ffn-neuron.ts";
import { head } from "./head.ts";
import { input } from "./input.ts";
import { nOfM } from "./n-of-m.ts";
import { neuron } from "./neuron.ts";
import { weight } from "./weight.ts";
import { weightPerOutput } from "./weight-per-output.ts";

export const structures = new Registry<Structure>(
  "structure",
  [weight, weightPerOutput, nOfM, block, neuron, input, head, ffnNeuron],
  {
    unstructured: "weight",
    perrow: "weight-per-output",
    "n:m": "n-of-m",
    nm: "n-of-m",
    "2:4": "n-of-m",
    semistructured: "n-of-m",
    structured: "neuron",
    lnstructured: "neuron",
    filter: "neuron",
    channel: "neuron",
    unit: "neuron",
    pixel: "input",
    column: "input",
    heads: "head",
    attentionhead: "head",
    attention: "head",
    ffn: "ffn-neuron",
    feedforward: "ffn-neuron",
    intermediate: "ffn-neuron",
  },
);
