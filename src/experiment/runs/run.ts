import type { Dataset } from "../../datasets/dataset.ts";
import type { Engine, OptimizerState } from "../../engines/engine.ts";
import type { Masks } from "../../network/mask.ts";
import type { Parameters } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import type { RunSettings } from "../settings.ts";
import type { RunStatus } from "../status.ts";
import { type RunEffort, TRAINING_PASSES } from "../training/effort.ts";
import type { EpochRecord } from "../training/train.ts";
import type { TestMeasure } from "./test-measure.ts";

/** What a finished run may pass on: its weights with their masks, and the state of its optimizer. */
export type Artifact = "weights" | "optimizer";

/** A run that another hangs on, and what that one takes from it. */
export interface Parent {
  readonly run: string;
  readonly artifacts: readonly Artifact[];
}

/** What every run says of itself: plain data, a pure function of what the id covers. */
export interface RunBase {
  /** SHA-256 of everything that the numbers depend on. */
  readonly id: string;
  /** Names it in files and messages: `global-magnitude-0.9-seed0`. */
  readonly label: string;
  readonly seed: number;
  readonly parents: readonly Parent[];
}

/** What every result has. */
export interface ResultBase {
  readonly status: RunStatus;
  readonly history: readonly EpochRecord[];
  /** The network that its weights are of, where that is not the study's. */
  readonly network?: NetworkSpec;
}

/** A finished parent as a run finds it. */
export interface ParentOutput {
  readonly status: RunStatus;
  readonly parameters: Parameters;
  readonly masks: Masks;
  /** If asked for. */
  readonly optimizer?: OptimizerState | undefined;
}

/** A result, and what the run can pass on. */
export interface RunOutput<Result extends ResultBase = ResultBase> {
  readonly result: Result;
  readonly parameters: Parameters;
  readonly masks: Masks;
  readonly optimizer?: OptimizerState | undefined;
  /** Wall-clock time of the optimizer steps alone, and the examples that they took. */
  readonly trainSeconds: number;
  readonly trainedExamples: number;
}

/** Where a run is computed. */
export interface RunEnvironment {
  readonly settings: RunSettings;
  readonly engine: Engine;
  readonly dataset: Dataset;
  /** Where idle threads may help with a dense network. */
  readonly meeting?: SharedArrayBuffer | undefined;
  /** Called several times a second with the optimizer steps done so far. */
  readonly onStep: (steps: number) => void;
}

/** Number of examples of a dataset. */
export interface ExampleCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** How much a run has to do. */
export interface Work {
  /** Optimizer steps. */
  readonly steps: number;
  /** Examples that go through the network, in forward passes: a training step takes about three. */
  readonly passes: number;
  /** Kept over all prunable weights, while it does so; on average, where masks change meanwhile. */
  readonly density: number;
  /** Where they do: what is kept for which part of it, 0..1. The parts sum up to 1. */
  readonly phases?: readonly DensityPhase[];
  /** Multiply-accumulates of a dense forward pass, where it is of another network than the study's. */
  readonly macs?: number | undefined;
  /** Examples that also go through the study's dense network, in forward passes: for a teacher, or to grow weights. */
  readonly densePasses?: number;
}

export interface DensityPhase {
  readonly part: number;
  readonly density: number;
}

/** A kind of run, in one file: how it is planned, what it costs, how it is computed and what it finds. */
export interface RunKindOf<Run extends RunBase, Result extends ResultBase> {
  /** Whether idle threads may help: with dense networks alone. */
  readonly dense: boolean;
  /** Whether its weights stay when nothing hangs on them any more. */
  readonly keepsWeights: boolean;
  work(run: Run, settings: RunSettings, examples: ExampleCounts): Work;
  /** `parents` are the run's, in its order. */
  compute(
    run: Run,
    parents: readonly ParentOutput[],
    environment: RunEnvironment,
  ): Promise<RunOutput<Result>>;
  /** What its training took, and its choice of weights, of a run that did not diverge. */
  effort(run: Run, result: Result, settings: RunSettings, examples: ExampleCounts): RunEffort;
  /** How good the network is in the end; null for runs that are not tested. */
  tested(result: Result): TestMeasure | null;
}

/** Forward passes of a training with validation before the first and after each epoch, and of `tests` tests. */
export function passesOf(epochs: number, tests: number, examples: ExampleCounts): number {
  return (
    epochs * TRAINING_PASSES * examples.train + (epochs + 1) * examples.validation + tests * examples.test
  );
}
