import type { StudyPlan } from "../experiment/plan.ts";
import type { RunSettings } from "../experiment/settings.ts";
import { sizeOf } from "../network/shapes.ts";
import { FLOAT_BITS } from "../pruning/encoding.ts";
import type { TensorMeasure } from "../pruning/measure.ts";
import type { TensorCodedSize } from "../pruning/quantization/coded-size.ts";
import type { LayerRow } from "../recording/rows.ts";
import type { FilledCell, StudyLabels } from "./filled-cell.ts";
import { type TensorUnits, unitTable } from "./tabulate-units.ts";

/** The rows of a cell in layers.csv, one a tensor. All rows of a table have the same columns. */
export function layerRowsOf(
  { cells }: StudyPlan,
  settings: RunSettings,
  labels: StudyLabels,
): (of: FilledCell) => LayerRow[] {
  const quantizes = cells.some(({ method }) => method.quantization !== undefined);
  const unitsOf = unitTable([...new Set(cells.map(({ method }) => method))], settings);
  return (of) => layerRows(of, labels, quantizes, unitsOf?.(of.cell, of.point));
}

function layerRows(
  { cell, point, quantized }: FilledCell,
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
