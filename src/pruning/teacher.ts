import * as z from "zod";
import { mlpLayers } from "../models/mlp.ts";
import { connectionsOf } from "../network/connections.ts";
import type { NetworkSpec } from "../network/specification.ts";

/** How a teacher is trained: by Adam, in the batches of `train`, from the initial values of its seed. */
export interface TeacherTraining {
  readonly epochs: number;
  readonly learningRate: number;
}

/** The options of a construction that is made from a teacher. */
export const teacherOptions = {
  epochs: z.int().min(1).max(100_000).default(50).describe("Epochs that the linear model is trained for."),
  learningRate: z.number().positive().default(0.01).describe("Learning rate of Adam for the linear model."),
};

export function teacherTraining({ epochs, learningRate }: TeacherTraining): TeacherTraining {
  return { epochs, learningRate };
}

/** The linear model for a network's task: one layer `fc1` from its inputs to its outputs, with the network's loss. */
export function teacherNetwork(spec: NetworkSpec): NetworkSpec {
  const { inputShape, loss } = spec;
  const outputs = connectionsOf(spec).weighted.at(-1)?.outputUnits ?? 1;
  return { inputShape, layers: mlpLayers([], "relu", inputShape, outputs), loss };
}
