import { Registry } from "../../foundations/registry.ts";
import type { Structure } from "../structure.ts";
import { neuron } from "./neuron.ts";
import { weight } from "./weight.ts";
import { weightPerOutput } from "./weight-per-output.ts";

export const structures = new Registry<Structure>("structure", [weight, weightPerOutput, neuron], {
  unstructured: "weight",
  perrow: "weight-per-output",
  structured: "neuron",
  filter: "neuron",
  channel: "neuron",
  unit: "neuron",
});
