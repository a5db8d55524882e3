import { Registry } from "../../foundations/registry.ts";
import type { Construction } from "../construction.ts";
import { linearBridge } from "./linear-bridge.ts";
import { linearTeacher } from "./linear-teacher.ts";
import { predictMean } from "./predict-mean.ts";
import { zero } from "./zero.ts";

export const constructions = new Registry<Construction>(
  "construction",
  [linearBridge, linearTeacher, zero, predictMean],
  {
    bridge: "linear-bridge",
    linear: "linear-teacher",
    teacher: "linear-teacher",
    zeros: "zero",
    mean: "predict-mean",
  },
);
