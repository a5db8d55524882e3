import type { EngineEntry } from "../engine.ts";
import { ReferenceNetwork } from "./network.ts";

/**
 * The slow, obvious engine: one example at a time, plain loops, float64. The fast engines are tested against
 * it, and a surprising result can be checked with it.
 */
export const reference: EngineEntry = {
  name: "reference",
  summary: "plain JavaScript in float64, hundreds of times slower: to check a surprising result",
  check: async () => ({ available: true }),
  open: async () => ({
    description: {
      name: "reference",
      // exp, log and tanh are V8's own. Raise the number when the results change.
      identity: `reference 1, V8 ${process.versions.v8}`,
      device: "CPU, plain JavaScript",
      reproducible: "on every machine",
    },
    createNetwork: async (spec, optimizer) => new ReferenceNetwork(spec, optimizer),
    dispose: async () => {},
  }),
};
