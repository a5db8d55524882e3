import { testsPerTest } from "../evaluation/evaluate.ts";
import type { RunSettings } from "../settings.ts";
import type { RunEffort } from "../training/effort.ts";
import { type BaselineResult, type BaselineRun, baseline } from "./baseline.ts";
import { type CheckpointResult, type CheckpointRun, checkpoint } from "./checkpoint.ts";
import { type ConstructedResult, type ConstructedRun, constructed } from "./constructed.ts";
import type { MaskedResult } from "./masked.ts";
import { type PointResult, type PointRun, point } from "./point.ts";
import { type QuantizedResult, type QuantizedRun, quantized } from "./quantized.ts";
import { type RemaskedResult, type RemaskedRun, remasked } from "./remasked.ts";
import type { ExampleCounts, ParentOutput, RunEnvironment, RunKindOf, RunOutput, Work } from "./run.ts";
import { type TeacherResult, type TeacherRun, teacher } from "./teacher.ts";
import type { TestMeasure } from "./test-measure.ts";

/** One unit of work with a content hash; a pure function of what the hash covers. */
export type Run =
  | BaselineRun
  | CheckpointRun
  | PointRun
  | QuantizedRun
  | RemaskedRun
  | TeacherRun
  | ConstructedRun;
export type RunResult =
  | BaselineResult
  | CheckpointResult
  | PointResult
  | QuantizedResult
  | RemaskedResult
  | TeacherResult
  | ConstructedResult;
export type RunKind = Run["kind"];

type Kinds = {
  readonly [Kind in RunKind]: RunKindOf<Extract<Run, { kind: Kind }>, Extract<RunResult, { kind: Kind }>>;
};

/** Every kind of run. What a new one still lacks, the compiler finds here. */
const kinds: Kinds = { baseline, checkpoint, point, quantized, remasked, teacher, constructed };

/** The kind of a run, which takes this run; TypeScript cannot see that a member and its run go together. */
function kindOf({ kind }: { readonly kind: RunKind }): RunKindOf<Run, RunResult> {
  return kinds[kind] as unknown as RunKindOf<Run, RunResult>;
}

export function workOf(run: Run, settings: RunSettings, examples: ExampleCounts): Work {
  return kindOf(run).work(run, settings, {
    ...examples,
    test: examples.test * testsPerTest(settings.evaluate),
  });
}

/** Whether idle threads may help with it. */
export function isDense(run: Run): boolean {
  return kindOf(run).dense;
}

/** Whether its weights stay when nothing hangs on them any more. */
export function keepsWeights(run: Run): boolean {
  return kindOf(run).keepsWeights;
}

export function computeRun(
  run: Run,
  parents: readonly ParentOutput[],
  environment: RunEnvironment,
): Promise<RunOutput<RunResult>> {
  return kindOf(run).compute(run, parents, environment);
}

/** What its training took, of a run that did not diverge. */
export function effortOf(
  run: Run,
  result: RunResult,
  settings: RunSettings,
  examples: ExampleCounts,
): RunEffort {
  return kindOf(run).effort(run, result, settings, examples);
}

/** How good the network is in the end; null for runs that are not tested. */
export function testedOf(result: RunResult): TestMeasure | null {
  return kindOf(result).tested(result);
}

/** What is found of a network that fills a row; undefined for a run of another kind. */
export function maskedOf(result: RunResult): MaskedResult | undefined {
  const { kind } = result;
  return kind === "point" || kind === "remasked" || kind === "constructed" ? result : undefined;
}
