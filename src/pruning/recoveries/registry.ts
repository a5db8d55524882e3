import { Registry } from "../../foundations/registry.ts";
import type { Recovery } from "../recovery.ts";
import { distill } from "./distill.ts";
import { finetune } from "./finetune.ts";
import { none } from "./none.ts";
import { rewind } from "./rewind.ts";

export const recoveries = new Registry<Recovery>("recovery", [none, finetune, distill, rewind], {
  null: "none",
  finetuning: "finetune",
  retrain: "finetune",
  distillation: "distill",
  kd: "distill",
  lottery: "rewind",
  lotteryticket: "rewind",
  rewinding: "rewind",
});
