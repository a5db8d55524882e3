import { mcNemar, pairedCounts, pairedInterval } from "../analysis/statistics/paired-counts.ts";
import { expectedCalibrationError } from "../experiment/evaluation/calibration.ts";
import type { StudyPlan } from "../experiment/plan.ts";
import { computesToSelect } from "../experiment/pruning/selection-work.ts";
import type { TestMeasure } from "../experiment/runs/test-measure.ts";
import { unpackBits } from "../foundations/packed.ts";
import { wilsonInterval } from "../metrics/accuracy.ts";
import type { FormulaOptions } from "../metrics/formula/options.ts";
import { formulaCells, parseFormulas } from "../metrics/formula/row.ts";
import { controlledMethod } from "../pruning/controlled.ts";
import type { NetworkMeasure } from "../pruning/measure.ts";
import { type AnyMethod, chosenText, isConstructed, methodColumns } from "../pruning/method.ts";
import { quantizationText } from "../pruning/quantization/quantization.ts";
import type { ResultRow } from "../recording/rows.ts";
import { type FilledCell, type StudyLabels, testedCell } from "./filled-cell.ts";
import type { TestedCell } from "./tabulate-evaluation.ts";

/** The row of a cell in results.csv, with the columns of metrics of one's own. All rows of a table have the same columns. */
export function resultRowsOf(
  { cells }: StudyPlan,
  labels: StudyLabels,
  ownMetrics: readonly FormulaOptions[],
): (of: FilledCell) => ResultRow {
  const formulas = parseFormulas(ownMetrics);
  const quantizes = cells.some(({ method }) => method.quantization !== undefined);
  const triesRates = cells.some(({ tried }) => tried !== undefined);
  const methods = [...new Set(cells.map(({ method }) => method))];
  const selects = methods.some((method) => !isConstructed(method) && computesToSelect(method));
  const hasControls = methods.some((method) => !isConstructed(method) && method.control !== undefined);
  return (of) => {
    const row = {
      ...resultRow(of, labels),
      ...(selects ? { selection_macs: of.effort?.selectionMacs ?? null } : {}),
      ...(hasControls ? controlColumns(of, methods) : {}),
      ...(triesRates ? { learning_rate: of.cell.learningRate ?? null } : {}),
      ...layerColumn(of),
      ...(quantizes ? codedColumns(of) : {}),
    };
    return { ...row, ...formulaCells(row, formulas) };
  };
}

function resultRow(filled: FilledCell, labels: StudyLabels): ResultRow {
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
function shrunkColumns({ point: { shrunk } }: FilledCell) {
  return shrunk === undefined ? {} : { shrunk_parameters: shrunk.parameters, shrunk_macs: shrunk.macs };
}

/** What a row has beside the others where a method of the study is a control of another. */
function controlColumns({ cell: { method } }: FilledCell, methods: readonly AnyMethod[]) {
  if (isConstructed(method) || method.control === undefined) return { control: "none", control_of: null };
  return { control: method.control, control_of: controlledMethod(method, methods)?.name ?? null };
}

/** What a row has beside the others in a scan by layer. */
function layerColumn({ cell: { method } }: FilledCell) {
  return isConstructed(method) || method.layer === undefined ? {} : { layer: method.layer };
}

/** What a row has beside the others where a method of the study quantizes. */
function codedColumns({ cell, point, quantized }: FilledCell) {
  return {
    quantization: quantizationText(cell.method.quantization),
    coded_bytes: quantized?.size.codedBytes ?? point.measure.sparseBytes,
    huffman_bytes: quantized?.size.huffmanBytes ?? null,
  };
}
