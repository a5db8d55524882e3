import { expect, test } from "vitest";
import { distill } from "../../../src/pruning/recoveries/distill.ts";
import { recoveries } from "../../../src/pruning/recoveries/registry.ts";

test("trains on as prune.finetune says, with the dense network as a teacher", () => {
  expect(distill.retraining({ temperature: 2, weight: 0.5 })).toEqual({
    training: "finetune",
    distillation: { temperature: 2, weight: 0.5 },
  });
});

test("at a temperature of 4, the teacher counting nine times what the targets do, unless told otherwise", () => {
  expect(distill.options.parse({})).toEqual({ temperature: 4, weight: 0.9 });
});

test("without any weight it is fine-tuning", () => {
  expect(distill.retraining({ temperature: 2, weight: 0 })).toEqual(
    recoveries.named("finetune").retraining({}),
  );
});
