import { Registry } from "../../foundations/registry.ts";
import type { Structure } from "../structure.ts";
import { neuron } from "./neuron.ts";
import { weight } from "./weight.ts";

export const structures = new Registry<Structure>("structure", [weight, neuron], {
  unstructured: "weight",
  structured: "neuron",
  filter: "neuron",
  channel: "neuron",
  unit: "neuron",
});
