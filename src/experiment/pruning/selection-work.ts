import { denseMacs } from "../../network/weighted-layers.ts";
import { criteria } from "../../pruning/criteria/registry.ts";
import type { Needs } from "../../pruning/criterion.ts";
import type { Method } from "../../pruning/method.ts";
import type { CourseStep } from "../../pruning/schedule.ts";
import { schedules } from "../../pruning/schedules/registry.ts";
import type { RunSettings } from "../settings.ts";
import { TRAINING_PASSES } from "../training/effort.ts";

/** What one run does to choose which weights go and which come back, at the steps of its course. */
export interface Selecting {
  readonly method: Method;
  readonly course: readonly CourseStep[];
  /** Multiply-accumulates of a forward pass of one example with the weights that it keeps. */
  readonly keptMacs: number;
}

/**
 * Multiply-accumulates of the passes by which weights are chosen, beside those of the training: of what criteria ask for,
 * through the dense network, in which pruned weights are zeros; and of the gradients of missing weights by which a schedule
 * grows some.
 */
export function selectionMacs(
  { method, course, keptMacs }: Selecting,
  { network }: Pick<RunSettings, "network">,
  trainExamples: number,
): number {
  const dense = denseMacs(network);
  let macs = 0;
  for (const change of course) {
    if ("regrowth" in change) {
      const { grow } = change.regrowth;
      // Values and gradients of the inputs with what is kept, gradients of all weights.
      if (grow.by === "gradient") macs += Math.min(grow.examples, trainExamples) * (2 * keptMacs + dense);
    } else if (change.sparsity > 0) macs += dense * scoringPasses(method, trainExamples);
  }
  return macs;
}

/** Whether a method computes anything with the network to choose weights, at whatever sparsity. */
export function computesToSelect(method: Method): boolean {
  const course = schedules.named(method.schedule.name).during?.(0.9, 1000, method.schedule) ?? [];
  const grows = course.some((change) => "regrowth" in change && change.regrowth.grow.by === "gradient");
  return grows || scoringPasses(method, 1) > 0;
}

/** Forward passes of one example through the dense network that it takes to prune once to a sparsity, in all its rounds. */
function scoringPasses({ criterion: chosen }: Method, trainExamples: number): number {
  const criterion = criteria.named(chosen.name);
  const needs = criterion.needs?.(chosen) ?? {};
  const own =
    criterion.objectivePasses?.(chosen, Math.min(needs.objective?.examples ?? 0, trainExamples)) ?? 0;
  return (criterion.rounds?.(chosen) ?? 1) * (own + gatheringPasses(needs, trainExamples));
}

/** Those that gather what a criterion needs. */
function gatheringPasses(
  { gradients, exampleGradients, activationNorms }: Partial<Needs>,
  most: number,
): number {
  const ofMean =
    gradients?.of === "loss" ? Math.min(gradients.examples, most) : gradients?.of === "flow" ? 1 : 0;
  const each = Math.min(exampleGradients?.examples ?? 0, most);
  // Targets are drawn from what the network answers.
  const answers = exampleGradients?.targets === "drawn" ? each : 0;
  const norms = Math.min(activationNorms?.examples ?? 0, most);
  return TRAINING_PASSES * (ofMean + each) + answers + norms;
}
