import { Registry } from "../../foundations/registry.ts";
import type { Recovery } from "../recovery.ts";
import { distill } from "./distill.ts";
import { finetune } from "./finetune.ts";
import { none } from "./none.ts";
import { rewind } from "./rewind.ts";
import { rewindLearningRate } from "./rewind-learning-rate.ts";
import { train } from "./train.ts";

export const recoveries = new Registry<Recovery>(
  "recovery",
  [none, finetune, distill, rewind, rewindLearningRate, train],
  {
    null: "none",
    finetuning: "finetune",
    retrain: "finetune",
    distillation: "distill",
    kd: "distill",
    lottery: "rewind",
    lotteryticket: "rewind",
    rewinding: "rewind",
    lr: "rewind-learning-rate",
    learningraterewinding: "rewind-learning-rate",
    scratch: "train",
    training: "train",
  },
);
