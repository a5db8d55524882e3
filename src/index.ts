/**
 * The library: `import { sweep, check } from "prune-lab"`, which docs/library.md describes, and the types that plugins
 * are written against (docs/plugins.md).
 */

export type { CheckReport, CheckRequest } from "./analysis/gate/check.ts";
export type { Chart, ChartData } from "./charts/chart.ts";
export type { Frame } from "./charts/parts/frame.ts";
export type { Config, ConfigInput } from "./config/schema.ts";
export type { Parts, Selection } from "./datasets/assemble.ts";
export type { Dataset, DatasetEntry, Download, LoadContext, Source } from "./datasets/dataset.ts";
export type { ExampleSet, InputValues, Targets } from "./engines/examples.ts";
export type { PluginEntry, RunPlugin } from "./experiment/plugins/plugins.ts";
export { PruneLabError } from "./foundations/errors.ts";
export type { LoadedPlugin } from "./foundations/plugins.ts";
export type { RandomStream } from "./foundations/random.ts";
export {
  type BatchEnd,
  type BatchOptions,
  type BatchOutcome,
  type BatchPlan,
  batch,
  planBatch,
} from "./library/batch.ts";
export type { BatchRow } from "./library/batch-summary.ts";
export {
  type BenchedCheckpoint,
  type BenchOptions,
  type BenchOutcome,
  benchCheckpoints,
} from "./library/bench/bench.ts";
export { check, type GateReport, type GateRequest } from "./library/check.ts";
export type { HistoryOptions, HistoryReport } from "./library/check-history.ts";
export type { Confirmation, ConfirmOptions } from "./library/confirm.ts";
export { type ExportedFile, type ExportOptions, exportCheckpoint } from "./library/export.ts";
export { type FigureOptions, figures, type WrittenFigure } from "./library/figures.ts";
export { type FindOptions, type FindOutcome, type FoundSparsity, find } from "./library/find.ts";
export { type LatexTableOptions, latex } from "./library/latex.ts";
export { type MergeOptions, merge } from "./library/merge.ts";
export { loadPlugins, type Plugin, type PluginFunction, type PluginTools } from "./library/plugins.ts";
export { type ReportOptions, report } from "./library/report.ts";
export { type EvaluateOutcome, evaluate } from "./library/steps/evaluate.ts";
export type { Figures } from "./library/steps/figures.ts";
export { type FinetuneOptions, type FinetuneOutcome, finetune } from "./library/steps/finetune.ts";
export type { CheckpointOptions } from "./library/steps/options.ts";
export { type PruneOptions, type PruneOutcome, prune } from "./library/steps/prune.ts";
export { type ShrinkOptions, type ShrinkOutcome, shrink } from "./library/steps/shrink.ts";
export { type TrainOptions, type TrainOutcome, train } from "./library/steps/train.ts";
export type { StudyEnd } from "./library/study.ts";
export { planSweep, type SweepOptions, sweep } from "./library/sweep.ts";
export type { ChangeWords, Figure, Metric, Task, TestSetError } from "./metrics/metric.ts";
export type { ModelEntry } from "./models/model.ts";
export type { Masks } from "./network/mask.ts";
export type { ParameterSpec, Parameters } from "./network/parameters.ts";
export type { Activation, LayerSpec, NetworkSpec } from "./network/specification.ts";
export type { Allocation, AllocationRequest, ScoredTensor, UnitCount } from "./pruning/allocation.ts";
export type { Construction, Material } from "./pruning/construction.ts";
export type {
  AnyCriterion,
  Choice,
  Criterion,
  Evidence,
  Gathered,
  Needs,
  Revision,
  Scores,
} from "./pruning/criterion.ts";
export type { Recovery, Retraining } from "./pruning/recovery.ts";
export type { PruningStep, Schedule } from "./pruning/schedule.ts";
export type { Structure, Units } from "./pruning/structure.ts";
export type { TeacherTraining } from "./pruning/teacher.ts";
export type { BenchForm, BenchRow } from "./recording/bench-rows.ts";
export type { HistoryRow, LayerRow, ResultRow, SummaryRow } from "./recording/rows.ts";
export type { Snapshots } from "./recording/snapshots.ts";
export type { StudyOutcome } from "./results/study-folder.ts";
export type { OnStudyEvent, StudyEvent } from "./scheduling/events.ts";
