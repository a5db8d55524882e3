import { groupBy } from "../analysis/group-by.ts";
import { mcNemar, pairedCounts, pairedInterval } from "../analysis/paired-counts.ts";
import { expectedCalibrationError } from "../experiment/evaluation/calibration.ts";
import { type Cell, lastOf, pointRunOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import type { BaselineResult } from "../experiment/runs/baseline.ts";
import { effortOf, maskedOf, type Run } from "../experiment/runs/index.ts";
import type { MaskedResult } from "../experiment/runs/masked.ts";
import type { QuantizedResult } from "../experiment/runs/quantized.ts";
import type { TestMeasure } from "../experiment/runs/test-measure.ts";
import { settledPlan } from "../experiment/settled-plan.ts";
import { type Effort, totalEffort } from "../experiment/training/effort.ts";
import type { EpochRecord } from "../experiment/training/train.ts";
import { trainingsBehind } from "../experiment/trainings-behind.ts";
import { unpackBits } from "../foundations/packed.ts";
import { wilsonInterval } from "../metrics/accuracy.ts";
import type { FormulaOptions } from "../metrics/formula/options.ts";
import { formulaCells, parseFormulas } from "../metrics/formula/row.ts";
import { sizeOf } from "../network/shapes.ts";
import { controlledMethod } from "../pruning/controlled.ts";
import { FLOAT_BITS } from "../pruning/encoding.ts";
import type { NetworkMeasure, TensorMeasure } from "../pruning/measure.ts";
import { type AnyMethod, chosenText, isConstructed, methodColumns } from "../pruning/method.ts";
import type { TensorCodedSize } from "../pruning/quantization/coded-size.ts";
import { quantizationText } from "../pruning/quantization/quantization.ts";
import type { EvaluationRows } from "../recording/evaluation.ts";
import type { HistoryRow, LayerRow, LearningRateRow, ResultRow, TimingRow } from "../recording/rows.ts";
import type { Snapshots } from "../recording/snapshots.ts";
import type { StoredRuns } from "../scheduling/share.ts";
import type { StoredRun } from "../scheduling/store.ts";
import { evaluationRows, type TestedCell } from "./tabulate-evaluation.ts";
import { learningRateRows } from "./tabulate-learning-rates.ts";
import { sweetSpotRows } from "./tabulate-sweet-spots.ts";
import { type TensorUnits, unitTable } from "./tabulate-units.ts";
import { weightRows } from "./tabulate-weights.ts";

/** What all rows of a study have in common. */
export interface StudyLabels {
  readonly study: string;
  readonly dataset: string;
  readonly testExamples: number;
  readonly model: string;
  readonly engine: string;
  readonly recipe: string;
}

export interface Tables {
  readonly results: readonly ResultRow[];
  /** Of a study that tries several. */
  readonly learningRates: readonly LearningRateRow[];
  readonly layers: readonly LayerRow[];
  readonly history: readonly HistoryRow[];
  readonly timings: readonly TimingRow[];
  readonly evaluation: EvaluationRows;
  /** Of the first seed. */
  readonly snapshots: Snapshots;
}

/** A cell of the grid and what was found for it. */
interface Filled {
  readonly cell: Cell;
  readonly baseline: BaselineResult;
  readonly point: MaskedResult;
  /** Of a method that quantizes. */
  readonly quantized: QuantizedResult | undefined;
  /** What all trainings took that its network comes from; null where one diverged. */
  readonly effort: Effort | null;
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
  const formulas = parseFormulas(ownMetrics);
  const runs = new Map(plan.runs.map((run) => [run.id, run]));
  const effort = (run: Run) => {
    const result = stored.get(run.id)?.result;
    if (result === undefined) throw new Error(`${run.label} is not stored`);
    return effortOf(run, result, settings, dataset.examples);
  };
  const effortBehind = (id: string) => totalEffort(trainingsBehind(id, runs).map(effort));
  const fill = (cell: Cell): Filled => {
    const found = { point: pointOf(stored, cell), quantized: quantizedOf(stored, cell) };
    const diverged = (found.quantized ?? found.point).status === "diverged";
    return {
      cell,
      baseline: baselineOf(stored, cell),
      ...found,
      effort: diverged ? null : effortBehind(lastOf(cell)),
    };
  };
  // All rows of a table have the same columns.
  const quantizes = plan.cells.some(({ method }) => method.quantization !== undefined);
  const triesRates = plan.cells.some(({ tried }) => tried !== undefined);
  const methods = [...new Set(plan.cells.map(({ method }) => method))];
  const unitsOf = unitTable(methods, settings);
  const hasControls = methods.some((method) => !isConstructed(method) && method.control !== undefined);
  const resultOf = (of: Filled): ResultRow => {
    const row = {
      ...resultRow(of, labels),
      ...(hasControls ? controlColumns(of, methods) : {}),
      ...(triesRates ? { learning_rate: of.cell.learningRate ?? null } : {}),
      ...layerColumn(of),
      ...(quantizes ? codedColumns(of) : {}),
    };
    return { ...row, ...formulaCells(row, formulas) };
  };
  const rowsOf = (cell: Cell) => {
    const of = fill(cell);
    return {
      result: resultOf(of),
      layers: layerRows(of, labels, quantizes, unitsOf?.(cell, of.point)),
      epochs: [
        ...epochRows(cell, "train", of.point.trained ?? [], labels),
        ...epochRows(cell, "finetune", of.point.history, labels),
      ],
      ...evaluationRows(testedCell(of), labels.study),
      weights: weightRows(of, labels.study),
    };
  };
  // One cell after the other: of a study of many runs there is room for the rows, and not for the results.
  const rows = new Array<ReturnType<typeof rowsOf>>(plan.cells.length);
  for (const [place, cell] of bySeed(plan.cells)) rows[place] = rowsOf(cell);
  return {
    results: rows.map(({ result }) => result),
    learningRates: triesRates ? learningRateRows({ ...study, plan }, stored, effortBehind, labels.study) : [],
    layers: rows.flatMap(({ layers }) => layers),
    history: uniqueSeeds(plan.cells)
      .flatMap((cell) => trainHistory(cell, baselineOf(stored, cell), labels))
      .concat(rows.flatMap(({ epochs }) => epochs)),
    timings: plan.runs.flatMap((run) => {
      const timing = stored.get(run.id)?.timing;
      if (timing === undefined) return [];
      const behind = trainingsBehind(run.id, runs).map(({ id }) => stored.get(id)?.timing.trainSeconds ?? 0);
      return [timingRow(run.label, timing, behind, labels)];
    }),
    evaluation: {
      classes: rows.flatMap(({ classes }) => classes),
      calibration: rows.flatMap(({ calibration }) => calibration),
      corruptions: rows.flatMap(({ corruptions }) => corruptions),
      weights: rows.flatMap(({ weights }) => weights),
      "sweet-spots": sweetSpotRows(
        { ...study, plan },
        stored,
        (cell) => testedCell(fill(cell)),
        labels.study,
      ),
    },
    snapshots: snapshotsOf(plan.cells, fill, stored, labels),
  };
}

/** A diverged run has counts, but no measures that mean anything. */
function testedCell({ cell, baseline, point, quantized }: Filled): TestedCell {
  const measured = (quantized ?? point).status === "diverged" ? undefined : point;
  return {
    cell,
    baseline: baseline.status === "diverged" ? undefined : baseline.trained,
    pruned: measured?.pruned ?? undefined,
    recovered: measured && (quantized?.rounded ?? measured.recovered),
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

function resultRow(filled: Filled, labels: StudyLabels): ResultRow {
  const { cell, point, quantized } = filled;
  const { measure } = point;
  const { status } = quantized ?? point;
  const { baseline: dense, pruned, recovered: final } = testedCell(filled);
  const accuracy = final?.accuracy ?? null;
  return {
    study: labels.study,
    dataset: labels.dataset,
    test_examples: labels.testExamples,
    model: labels.model,
    method: cell.method.name,
    ...methodColumns(cell.method),
    recovery: chosenText(cell.recovery),
    recipe: labels.recipe,
    engine: labels.engine,
    seed: cell.seed,
    target_sparsity: cell.sparsity,
    ...measureColumns(measure),
    baseline_accuracy: dense?.accuracy ?? null,
    pruned_accuracy: pruned?.accuracy ?? null,
    accuracy,
    accuracy_drop: accuracy === null || dense?.accuracy == null ? null : 100 * (dense.accuracy - accuracy),
    baseline_loss: dense?.loss ?? null,
    pruned_loss: pruned?.loss ?? null,
    loss: final?.loss ?? null,
    status,
    train_steps: filled.effort?.steps ?? null,
    train_examples: filled.effort?.examples ?? null,
    train_macs: filled.effort?.macs ?? null,
    ...calibrationColumns(testedCell(filled)),
    ...pairedColumns(testedCell(filled), labels.testExamples),
    ...shrunkColumns(filled),
  };
}

/** What a row says of the masks alone. */
export function measureColumns(measure: NetworkMeasure) {
  return {
    sparsity: measure.sparsity,
    model_sparsity: measure.modelSparsity,
    effective_sparsity: measure.effectiveSparsity,
    parameters: measure.parameters,
    nonzero_parameters: measure.nonzeroParameters,
    compression: measure.compression,
    dense_bytes: measure.denseBytes,
    sparse_bytes: measure.sparseBytes,
    dense_macs: measure.denseMacs,
    macs: measure.macs,
  } as const;
}

/** What a row has beside the others where the study asks for the calibration. */
function calibrationColumns({ baseline, pruned, recovered }: TestedCell) {
  const error = (of: TestMeasure | undefined) =>
    of?.calibration === undefined ? null : expectedCalibrationError(of.calibration);
  const columns = { baseline_ece: error(baseline), pruned_ece: error(pruned), ece: error(recovered) };
  return Object.values(columns).every((value) => value === null) ? {} : columns;
}

/** What a row has beside the others where it is known which test examples each network has right. */
function pairedColumns({ baseline, recovered }: TestedCell, examples: number) {
  const answers = (of: TestMeasure | undefined) =>
    of?.right === undefined ? undefined : unpackBits(of.right, examples);
  const [dense, sparse] = [answers(baseline), answers(recovered)];
  if (dense === undefined || sparse === undefined || recovered?.accuracy == null) return {};
  const counts = pairedCounts(dense, sparse);
  const [own, drop] = [wilsonInterval(recovered.accuracy, examples), pairedInterval(counts)];
  return {
    test_ci95_low: own.low,
    test_ci95_high: own.high,
    newly_wrong: counts.onlyFirst,
    newly_right: counts.onlySecond,
    drop_ci95_low: 100 * drop.low,
    drop_ci95_high: 100 * drop.high,
    mcnemar_p: mcNemar(counts),
  };
}

/** What a row has beside the others where the study asks for the size of what is left without dead units. */
function shrunkColumns({ point: { shrunk } }: Filled) {
  return shrunk === undefined ? {} : { shrunk_parameters: shrunk.parameters, shrunk_macs: shrunk.macs };
}

/** What a row has beside the others where a method of the study is a control of another. */
function controlColumns({ cell: { method } }: Filled, methods: readonly AnyMethod[]) {
  if (isConstructed(method) || method.control === undefined) return { control: "none", control_of: null };
  return { control: method.control, control_of: controlledMethod(method, methods)?.name ?? null };
}

/** What a row has beside the others in a scan by layer. */
function layerColumn({ cell: { method } }: Filled) {
  return isConstructed(method) || method.layer === undefined ? {} : { layer: method.layer };
}

/** What a row has beside the others where a method of the study quantizes. */
function codedColumns({ cell, point, quantized }: Filled) {
  return {
    quantization: quantizationText(cell.method.quantization),
    coded_bytes: quantized?.size.codedBytes ?? point.measure.sparseBytes,
    huffman_bytes: quantized?.size.huffmanBytes ?? null,
  };
}

function layerRows(
  { cell, point, quantized }: Filled,
  labels: StudyLabels,
  quantizes: boolean,
  units: ReadonlyMap<string, TensorUnits> | undefined,
): LayerRow[] {
  return point.measure.tensors.map((tensor, i) => ({
    study: labels.study,
    method: cell.method.name,
    seed: cell.seed,
    target_sparsity: cell.sparsity,
    layer: tensor.layer,
    parameter: tensor.name,
    shape: tensor.shape.join("x"),
    weights: tensor.size,
    nonzero: tensor.nonzero,
    sparsity: tensor.sparsity,
    live: tensor.live,
    encoding: tensor.encoding,
    bytes: tensor.bytes,
    macs: tensor.macs,
    pruned_max_magnitude: point.magnitudes[tensor.name]?.prunedMax ?? null,
    kept_min_magnitude: point.magnitudes[tensor.name]?.keptMin ?? null,
    ...(units === undefined ? {} : unitLayerColumns(units.get(tensor.name))),
    ...shrunkLayerColumns(tensor, point.shrunk?.shapes[i]),
    ...(quantizes ? codedLayerColumns(tensor, quantized?.size.tensors[i]) : {}),
  }));
}

function unitLayerColumns(tensor: TensorUnits | undefined) {
  return { units: tensor?.units ?? null, units_kept: tensor?.kept ?? null };
}

/** What a row has beside the others where the study asks for what is left without dead units. */
function shrunkLayerColumns({ size, denseMacs }: TensorMeasure, shape: readonly number[] | undefined) {
  if (shape === undefined) return {};
  const weights = sizeOf(shape);
  return {
    shrunk_shape: shape.join("x"),
    shrunk_weights: weights,
    // A weight multiplies as often as in the whole network.
    shrunk_macs: weights * (denseMacs / size),
    dense_macs: denseMacs,
  };
}

function codedLayerColumns({ encoding, bytes }: TensorMeasure, coded: TensorCodedSize | undefined) {
  return {
    bits: coded?.bits ?? FLOAT_BITS,
    coded_encoding: coded?.encoding ?? encoding,
    coded_bytes: coded?.codedBytes ?? bytes,
    huffman_bytes: coded?.huffmanBytes ?? null,
  };
}

function snapshotsOf(
  cells: readonly Cell[],
  fill: (cell: Cell) => Filled,
  stored: StoredRuns,
  labels: StudyLabels,
): Snapshots {
  const seed = cells[0]?.seed ?? 0;
  // Not of networks that have other tensors.
  const shown = cells
    .filter((cell) => cell.seed === seed)
    .map(fill)
    .filter(({ point }) => point.network === undefined);
  // The first run of a path prunes the trained network, whatever levels follow; unless it makes another.
  const firsts = shown.map(({ cell }) => stored.get(cell.path[1] ?? "")?.result);
  const first = firsts.find((result) => result?.kind === "point");
  return {
    format: 2,
    study: labels.study,
    seed,
    before: first?.kind === "point" ? first.weights.before : null,
    points: shown.map(({ cell, point, quantized }) => ({
      method: cell.method.name,
      target_sparsity: cell.sparsity,
      after: quantized?.weights ?? point.weights.after,
    })),
  };
}

function trainHistory(cell: Cell, baseline: BaselineResult, labels: StudyLabels): HistoryRow[] {
  return baseline.history.map((epoch) => ({
    study: labels.study,
    phase: "train",
    method: null,
    target_sparsity: null,
    seed: cell.seed,
    ...epochColumns(epoch),
  }));
}

function epochRows(
  cell: Cell,
  phase: HistoryRow["phase"],
  history: readonly EpochRecord[],
  labels: StudyLabels,
): HistoryRow[] {
  return history.map((epoch) => ({
    study: labels.study,
    phase,
    method: cell.method.name,
    target_sparsity: cell.sparsity,
    seed: cell.seed,
    ...epochColumns(epoch),
  }));
}

function epochColumns(epoch: EpochRecord) {
  return {
    epoch: epoch.epoch,
    learning_rate: epoch.learningRate,
    train_loss: epoch.trainLoss,
    validation_loss: epoch.validationLoss,
    validation_accuracy: epoch.validationAccuracy,
  };
}

function timingRow(
  run: string,
  timing: StoredRun["timing"],
  behind: readonly number[],
  labels: StudyLabels,
): TimingRow {
  return {
    study: labels.study,
    run,
    seconds: timing.seconds,
    train_seconds: timing.trainSeconds,
    all_train_seconds: behind.reduce((sum, seconds) => sum + seconds, 0),
    examples_per_second: timing.trainSeconds > 0 ? timing.trainedExamples / timing.trainSeconds : 0,
    peak_memory_mib: timing.peakMemoryBytes / 2 ** 20,
  };
}
