import type { Runtime } from "../runtime.ts";
import { type Layer, textsOf } from "./layer.ts";

/** [tokens, width] to [texts, width]. */
export function firstToken(runtime: Runtime): Layer {
  return {
    forward(input, pass) {
      return { output: runtime.run("GatherV2", [input, textsOf(pass).starts, runtime.index(0)]) };
    },
    backward({ outputGradient }, pass) {
      const { starts, count } = textsOf(pass);
      const tokens = runtime.upload(Int32Array.of(count), []);
      return { input: runtime.run("UnsortedSegmentSum", [outputGradient, starts, tokens]), parameters: [] };
    },
  };
}
