import { expect, test } from "vitest";
import { finetune } from "../../../src/pruning/recoveries/finetune.ts";

test("trains on as prune.finetune says", () => {
  expect(finetune.retraining({})).toEqual({ training: "finetune" });
});
