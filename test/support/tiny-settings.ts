import type { RunSettings } from "../../src/experiment/settings.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";

/** One epoch of a network 6-5-4-3: 30, 20 and 12 weights. */
export const tinySettings: RunSettings = {
  network: buildNetwork(
    modelSchema().parse({ name: "mlp", hidden: [5, 4] }),
    [6],
    3,
    "softmax-cross-entropy",
  ),
  initializer: { name: "pytorch" },
  train: {
    epochs: 1,
    batchSize: 8,
    optimizer: { name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0 },
    schedule: { name: "constant" },
  },
  finetune: null,
  prunable: ["fc1.weight", "fc2.weight", "fc3.weight"],
};
