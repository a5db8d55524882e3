import { Registry } from "../../foundations/registry.ts";
import type { Construction } from "../construction.ts";
import { linearBridge } from "./linear-bridge.ts";
import { linearTeacher } from "./linear-teacher.ts";
import { narrower } from "./narrower.ts";
import { predictMean } from "./predict-mean.ts";
import { zero } from "./zero.ts";

export const constructions = new Registry<Construction>(
  "construction",
  [linearBridge, linearTeacher, zero, predictMean, narrower],
  {
    bridge: "linear-bridge",
    linear: "linear-teacher",
    teacher: "linear-teacher",
    zeros: "zero",
    mean: "predict-mean",
    scratch: "narrower",
    dense: "narrower",
    smaller: "narrower",
  },
);
