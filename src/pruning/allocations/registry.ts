import { Registry } from "../../foundations/registry.ts";
import type { Allocation } from "../allocation.ts";
import { global } from "./global.ts";
import { uniform } from "./uniform.ts";

export const allocations = new Registry<Allocation>("allocation", [uniform, global], {
  layerwise: "uniform",
  local: "uniform",
});
