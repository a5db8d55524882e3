import { Registry } from "../../foundations/registry.ts";
import type { Recovery } from "../recovery.ts";
import { finetune } from "./finetune.ts";
import { none } from "./none.ts";
import { rewind } from "./rewind.ts";

export const recoveries = new Registry<Recovery>("recovery", [none, finetune, rewind], {
  null: "none",
  finetuning: "finetune",
  retrain: "finetune",
  lottery: "rewind",
  lotteryticket: "rewind",
  rewinding: "rewind",
});
