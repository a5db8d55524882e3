/** The library: `import { sweep, check } from "prune-lab"`. docs/library.md describes it. */

export { type CheckReport, type CheckRequest, check } from "./analysis/check.ts";
export type { Config, ConfigInput } from "./config/schema.ts";
export { PruneLabError } from "./foundations/errors.ts";
export { type BatchEnd, type BatchOptions, type BatchOutcome, batch } from "./library/batch.ts";
export type { BatchRow } from "./library/batch-summary.ts";
export { type MergeOptions, merge } from "./library/merge.ts";
export { loadPlugins, type Plugin, type PluginFunction } from "./library/plugins.ts";
export { type ReportOptions, report } from "./library/report.ts";
export type { StudyEnd } from "./library/study.ts";
export { planSweep, type SweepOptions, sweep } from "./library/sweep.ts";
export type { ResultRow, SummaryRow } from "./recording/rows.ts";
export type { StudyOutcome } from "./results/study-folder.ts";
export type { OnStudyEvent, StudyEvent } from "./scheduling/events.ts";
