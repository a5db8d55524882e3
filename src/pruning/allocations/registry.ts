import { Registry } from "../../foundations/registry.ts";
import type { Allocation } from "../allocation.ts";
import { bernoulli } from "./bernoulli.ts";
import { erdosRenyi } from "./erdos-renyi.ts";
import { erk } from "./erk.ts";
import { withFloor } from "./floor.ts";
import { global } from "./global.ts";
import { igq } from "./igq.ts";
import { lamp } from "./lamp.ts";
import { ratios } from "./ratios.ts";
import { uniform } from "./uniform.ts";

export const allocations = new Registry<Allocation>(
  "allocation",
  [uniform, ...[global, erdosRenyi, erk, lamp, igq, ratios].map(withFloor), bernoulli],
  {
    layerwise: "uniform",
    local: "uniform",
    er: "erdos-renyi",
    erdosrenyikernel: "erk",
    idealgas: "igq",
    layeradaptive: "lamp",
    independent: "bernoulli",
    explicit: "ratios",
    perlayer: "ratios",
  },
);
