import { type Cell, lastOf, pointRunOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import type { BaselineResult } from "../experiment/runs/baseline.ts";
import { effortOf, maskedOf, type Run } from "../experiment/runs/index.ts";
import type { MaskedResult } from "../experiment/runs/masked.ts";
import type { QuantizedResult } from "../experiment/runs/quantized.ts";
import { settledPlan } from "../experiment/settled-plan.ts";
import { totalEffort } from "../experiment/training/effort.ts";
import { trainingsBehind } from "../experiment/trainings-behind.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { FormulaOptions } from "../metrics/formula/options.ts";
import { CompactRows } from "../recording/compact-rows.ts";
import type { EvaluationRows } from "../recording/evaluation.ts";
import type {
  CalibrationRow,
  ClassRow,
  CorruptionRow,
  HistoryRow,
  LayerRow,
  LearningRateRow,
  ResultRow,
  TimingRow,
  WeightsTableRow,
} from "../recording/rows.ts";
import type { Snapshots } from "../recording/snapshots.ts";
import type { StoredRuns } from "../scheduling/share.ts";
import { type FilledCell, type StudyLabels, testedCell } from "./filled-cell.ts";
import { evaluationRows } from "./tabulate-evaluation.ts";
import { historyRows, trainHistory } from "./tabulate-history.ts";
import { layerRowsOf } from "./tabulate-layers.ts";
import { learningRateRows } from "./tabulate-learning-rates.ts";
import { resultRowsOf } from "./tabulate-results.ts";
import { snapshotsOf } from "./tabulate-snapshots.ts";
import { sweetSpotRows } from "./tabulate-sweet-spots.ts";
import { timingRows } from "./tabulate-timings.ts";
import { weightRows } from "./tabulate-weights.ts";

export interface Tables {
  readonly results: readonly ResultRow[];
  /** Of a study that tries several. */
  readonly learningRates: readonly LearningRateRow[];
  readonly layers: CompactRows<LayerRow>;
  readonly history: CompactRows<HistoryRow>;
  readonly timings: Iterable<TimingRow>;
  readonly evaluation: EvaluationRows;
  /** Of the first seed. */
  readonly snapshots: Snapshots;
}

/**
 * Lays the finished runs out as tables, in the order of the grid, with the columns of metrics of one's own: a pure function
 * of what is stored.
 */
export function tabulate(
  study: Pick<StudyOutline, "plan" | "settings" | "dataset">,
  stored: StoredRuns,
  labels: StudyLabels,
  ownMetrics: readonly FormulaOptions[] = [],
): Tables {
  const { settings, dataset } = study;
  const plan = settledPlan(study, stored);
  const runs = new Map(plan.runs.map((run) => [run.id, run]));
  const effort = (run: Run) => {
    const result = stored.get(run.id)?.result;
    if (result === undefined) throw new Error(`${run.label} is not stored`);
    return effortOf(run, result, settings, dataset.examples);
  };
  const effortBehind = (id: string) => {
    const efforts = trainingsBehind(id, runs).map(effort);
    const selectionMacs = efforts.reduce((sum, each) => sum + (each.selectionMacs ?? 0), 0);
    return { ...totalEffort(efforts), selectionMacs };
  };
  const fill = (cell: Cell): FilledCell => {
    const found = { point: pointOf(stored, cell), quantized: quantizedOf(stored, cell) };
    const diverged = (found.quantized ?? found.point).status === "diverged";
    return {
      cell,
      baseline: baselineOf(stored, cell),
      ...found,
      effort: diverged ? null : effortBehind(lastOf(cell)),
    };
  };
  const resultRow = resultRowsOf(plan, labels, ownMetrics);
  const layerRows = layerRowsOf(plan, settings, labels);
  const { cells } = plan;
  const seeds = uniqueSeeds(cells);
  const results = new Array<ResultRow>(cells.length);
  const layers = new CompactRows<LayerRow>(cells.length);
  const history = new CompactRows<HistoryRow>(seeds.length + cells.length);
  const classes = new CompactRows<ClassRow>(cells.length);
  const calibration = new CompactRows<CalibrationRow>(cells.length);
  const corruptions = new CompactRows<CorruptionRow>(cells.length);
  const weights = new CompactRows<WeightsTableRow>(cells.length);
  for (const [place, cell] of seeds.entries()) {
    history.put(place, trainHistory(cell, baselineOf(stored, cell), labels));
  }
  // One cell after the other: of a study of many runs there is room for the rows, and not for the results.
  for (const [place, cell] of bySeed(cells)) {
    const of = fill(cell);
    results[place] = resultRow(of);
    layers.put(place, layerRows(of));
    history.put(seeds.length + place, historyRows(of, labels));
    const tested = evaluationRows(testedCell(of), labels.study);
    classes.put(place, tested.classes);
    calibration.put(place, tested.calibration);
    corruptions.put(place, tested.corruptions);
    weights.put(place, weightRows(of, labels.study));
  }
  return {
    results,
    learningRates: cells.some(({ tried }) => tried !== undefined)
      ? learningRateRows({ ...study, plan }, stored, effortBehind, labels.study)
      : [],
    layers,
    history,
    timings: timingRows(plan, stored, labels),
    evaluation: {
      classes: [...classes],
      calibration: [...calibration],
      corruptions: [...corruptions],
      weights: [...weights],
      "sweet-spots": sweetSpotRows(
        { ...study, plan },
        stored,
        (cell) => testedCell(fill(cell)),
        labels.study,
      ),
    },
    snapshots: snapshotsOf(cells, fill, stored, labels),
  };
}

function baselineOf(stored: StoredRuns, cell: Cell): BaselineResult {
  const result = stored.get(cell.path[0])?.result;
  if (result?.kind !== "baseline") throw new Error(`${cell.label}: its baseline is not stored`);
  return result;
}

/** The pruned network of a cell, which a quantized one hangs on. */
function pointOf(stored: StoredRuns, cell: Cell): MaskedResult {
  const result = stored.get(pointRunOf(cell))?.result;
  const masked = result && maskedOf(result);
  if (masked === undefined) throw new Error(`${cell.label}: its run is not stored`);
  return masked;
}

function quantizedOf(stored: StoredRuns, cell: Cell): QuantizedResult | undefined {
  if (cell.method.quantization === undefined) return undefined;
  const result = stored.get(lastOf(cell))?.result;
  if (result?.kind !== "quantized") throw new Error(`${cell.label}: its run is not stored`);
  return result;
}

/** The cells with their places in the grid, seed by seed: those of a seed have results in common. */
function bySeed(cells: readonly Cell[]): [place: number, cell: Cell][] {
  return [...groupBy([...cells.entries()], ([, { seed }]) => seed).values()].flat();
}

/** A cell of each seed. */
function uniqueSeeds(cells: readonly Cell[]): Cell[] {
  return [...new Map(cells.map((cell) => [cell.seed, cell])).values()];
}
