import { expect, test } from "vitest";
import { distill } from "../../../src/pruning/recoveries/distill.ts";
import { recoveries } from "../../../src/pruning/recoveries/registry.ts";

test("trains on as prune.finetune says, with the dense network as a teacher", () => {
  expect(distill.retraining({ temperature: 4, weight: 0.9 })).toEqual({
    training: "finetune",
    distillation: { temperature: 4, weight: 0.9 },
  });
});

test("at a temperature of 2, teacher and targets counting the same, unless told otherwise", () => {
  expect(distill.options.parse({})).toEqual({ temperature: 2, weight: 0.5 });
});

test("without any weight it is fine-tuning", () => {
  expect(distill.retraining({ temperature: 2, weight: 0 })).toEqual(
    recoveries.named("finetune").retraining({}),
  );
});
