import { snapshotWeights } from "../../src/experiment/weights-snapshot.ts";
import type { EvaluationRows } from "../../src/recording/evaluation.ts";
import type { HistoryRow, LayerRow, ResultRow } from "../../src/recording/rows.ts";
import type { Snapshots } from "../../src/recording/snapshots.ts";
import { ownMetrics } from "./own-metric.ts";
import { resultRow } from "./result-rows.ts";

export interface ExampleStudy {
  readonly methods?: readonly string[];
  readonly sparsities?: readonly number[];
  readonly seeds?: readonly number[];
  readonly recovery?: "finetune" | "none";
  readonly regression?: boolean;
}

/** Rows of a small study with curves as they are on real data: flat, then down; steeper before fine-tuning. */
export function exampleStudy({
  methods = ["l1-unstructured", "global-magnitude"],
  sparsities = [0, 0.9, 0.99],
  seeds = [0, 1, 2],
  recovery = "finetune",
  regression = false,
}: ExampleStudy = {}) {
  const results: ResultRow[] = [];
  const layers: LayerRow[] = [];
  const history: HistoryRow[] = [];
  methods.forEach((method, index) => {
    for (const target_sparsity of sparsities) {
      for (const seed of seeds) {
        const baseline = 0.977 + 0.001 * seed;
        const pruned = baseline - 0.8 * target_sparsity ** (20 + index);
        const recovered =
          recovery === "none" ? pruned : baseline - 0.3 * target_sparsity ** (60 + 20 * index);
        const accuracy = (value: number) => (regression ? null : value);
        results.push(
          resultRow({
            method,
            seed,
            target_sparsity,
            recovery,
            baseline_accuracy: accuracy(baseline),
            pruned_accuracy: accuracy(pruned),
            accuracy: accuracy(recovered),
            baseline_loss: 1 - baseline,
            pruned_loss: 1 - pruned,
            loss: 1 - recovered,
          }),
        );
        for (const [layer, weights] of [
          ["fc1", 1000],
          ["fc2", 100],
        ] as const) {
          layers.push(layerRow({ method, seed, target_sparsity, layer, weights }));
        }
        for (const epoch of recovery === "none" ? [] : [0, 1]) {
          history.push(
            historyRow(
              { method, seed, target_sparsity, epoch },
              epoch === 0 ? pruned : recovered,
              regression,
            ),
          );
        }
      }
    }
  });
  return { results, layers, history, snapshots: snapshotsOf(methods, sparsities, seeds[0] ?? 0) };
}

/**
 * The same with what the charts of metrics need: methods that differ in an option, a scan by layer, layers that shrink, and a metric of
 * its own, `score`. Every chart is drawn of it.
 */
export function everyChartStudy(study: ExampleStudy = {}) {
  const { results, layers, ...others } = exampleStudy(study);
  const methods = [...new Set(results.map(({ method }) => method))];
  const rows = results.map((row) => ({
    ...row,
    criterion: `taylor(examples=${10 * (1 + methods.indexOf(row.method))})`,
    train_macs: 1e9 * (1 + methods.indexOf(row.method)),
    layer: "fc1",
    sparsity: row.target_sparsity,
    shrunk_parameters: Math.round(row.parameters * (1 - row.target_sparsity / 2)),
    shrunk_macs: Math.round(row.dense_macs * (1 - row.target_sparsity / 2)),
  }));
  const score = { name: "score", formula: "(1 - loss) * sparsity", better: "higher", bounds: [0, 1] };
  return {
    ...others,
    // More layers than the other charts of weights have columns.
    snapshots: snapshotsOf(
      methods,
      others.snapshots.points.filter(({ method }) => method === methods[0]).map((of) => of.target_sparsity),
      others.snapshots.seed,
      5,
    ),
    layers: layers.map(withShrunk),
    ...ownMetrics([score], rows),
    evaluation: evaluationOf(rows, study.regression),
  };
}

/** Of the 10 units of a layer half of what is pruned is dead. */
export function withShrunk(row: LayerRow): LayerRow {
  const units = 10 - Math.round(5 * row.target_sparsity);
  return {
    ...row,
    shrunk_shape: `${units}x10`,
    shrunk_weights: 10 * units,
    shrunk_macs: 10 * units,
    dense_macs: row.weights,
  };
}

/** What `evaluate` would have measured of these networks: two classes, two bins, two severities; of a regression the last. */
function evaluationOf(rows: readonly ResultRow[], regression = false): EvaluationRows {
  const ofClasses = regression ? [] : rows;
  const point = ({ study, method, seed, target_sparsity }: ResultRow) => ({
    study,
    method,
    seed,
    target_sparsity,
  });
  const measures = ({ baseline_accuracy, pruned_accuracy, accuracy }: ResultRow) => ({
    baseline_accuracy,
    pruned_accuracy,
    accuracy,
  });
  return {
    classes: ofClasses.flatMap((row) =>
      [0, 1].map((label) => ({ ...point(row), class: label, test_examples: 5000, ...measures(row) })),
    ),
    calibration: ofClasses.flatMap((row) =>
      [8, 15].map((bin) => ({
        ...point(row),
        bin,
        ...measures(row),
        baseline_examples: 5000,
        baseline_confidence: bin / 15,
        pruned_examples: 5000,
        pruned_confidence: bin / 15,
        examples: 5000,
        confidence: bin / 15,
      })),
    ),
    corruptions: rows.flatMap((row) =>
      [1, 2].map((severity) => ({
        ...point(row),
        corruption: "noise",
        severity,
        ...measures(row),
        baseline_loss: row.baseline_loss,
        pruned_loss: row.pruned_loss,
        loss: row.loss,
      })),
    ),
    weights: rows.flatMap((row) =>
      [null, "fc1"].map((layer) => ({
        ...point(row),
        layer,
        parameter: layer && `${layer}.weight`,
        weights: 1000,
        baseline_min: -0.5,
        baseline_max: 0.5,
        baseline_mean: 0,
        baseline_std: 0.29,
        nonzero: Math.round(1000 * (1 - row.target_sparsity)),
        min: -0.5,
        max: 0.5,
        mean: 0,
        std: 0.2,
      })),
    ),
    "sweet-spots": ofClasses.map((row) => ({
      ...point(row),
      chosen_on: "validation",
      choice_examples: 5000,
      choice_accuracy: row.accuracy,
      sweet_spot: row.target_sparsity === 0.9 ? "yes" : "no",
      other_examples: row.test_examples,
      baseline_accuracy: row.baseline_accuracy,
      accuracy: row.accuracy,
      accuracy_drop: row.accuracy_drop,
    })),
  };
}

/** Two layers or more whose weights lie evenly between -0.5 and 0.5; the first half of each is what is pruned first. */
function snapshotsOf(
  methods: readonly string[],
  sparsities: readonly number[],
  seed: number,
  layers = 2,
): Snapshots {
  const tensors = Array.from({ length: layers }, (_, i) => ({
    name: `fc${i + 1}.weight`,
    shape: i === 0 ? [20, 50] : [10, 10],
  }));
  const weights = (sparsity: number) =>
    snapshotWeights(
      new Map(
        tensors.map(({ name, shape: [rows = 0, columns = 0] }) => [
          name,
          Float32Array.from({ length: rows * columns }, (_, i) =>
            i < sparsity * rows * columns ? 0 : ((i * 37) % 100) / 100 - 0.505,
          ),
        ]),
      ),
      tensors,
    );
  return {
    format: 2,
    study: "study",
    seed,
    before: weights(0),
    points: methods.flatMap((method) =>
      sparsities.map((target_sparsity) => ({ method, target_sparsity, after: weights(target_sparsity) })),
    ),
  };
}

function layerRow(
  values: Pick<LayerRow, "method" | "seed" | "target_sparsity" | "layer" | "weights">,
): LayerRow {
  const sparsity = values.target_sparsity * (values.layer === "fc1" ? 1 : 0.9);
  return {
    study: "study",
    parameter: `${values.layer}.weight`,
    shape: "10x10",
    nonzero: Math.round(values.weights * (1 - sparsity)),
    sparsity,
    live: 0,
    encoding: "csr",
    bytes: 0,
    macs: 0,
    pruned_max_magnitude: null,
    kept_min_magnitude: null,
    ...values,
  };
}

function historyRow(
  values: Pick<HistoryRow, "method" | "seed" | "target_sparsity" | "epoch">,
  accuracy: number,
  regression: boolean,
): HistoryRow {
  return {
    study: "study",
    phase: "finetune",
    learning_rate: values.epoch === 0 ? null : 0.001,
    train_loss: values.epoch === 0 ? null : 1 - accuracy,
    validation_loss: 1 - accuracy,
    validation_accuracy: regression ? null : accuracy,
    ...values,
  };
}

/** The same rows as a run that diverged leaves them: no measures. */
export function diverged(row: ResultRow): ResultRow {
  return {
    ...row,
    status: "diverged",
    baseline_accuracy: null,
    pruned_accuracy: null,
    accuracy: null,
    accuracy_drop: null,
    baseline_loss: null,
    pruned_loss: null,
    loss: null,
  };
}
