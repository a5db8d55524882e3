import { Registry } from "../../foundations/registry.ts";
import type { Allocation } from "../allocation.ts";
import { bernoulli } from "./bernoulli.ts";
import { global } from "./global.ts";
import { uniform } from "./uniform.ts";

export const allocations = new Registry<Allocation>("allocation", [uniform, global, bernoulli], {
  layerwise: "uniform",
  local: "uniform",
  independent: "bernoulli",
});
