import type { ResultRow } from "../../src/recording/rows.ts";

/** A row of results.csv with plausible values, where a test needs only some of them. */
export function resultRow(values: Partial<ResultRow>): ResultRow {
  return {
    study: "study",
    dataset: "mnist",
    test_examples: 10_000,
    model: "mlp",
    method: "global-magnitude",
    criterion: "magnitude",
    allocation: "global",
    structure: "weight",
    schedule: "one-shot",
    recovery: "finetune",
    recipe: "0123abcd",
    engine: "kernels-wasm",
    seed: 0,
    target_sparsity: 0.5,
    sparsity: 0.5,
    model_sparsity: 0.499,
    effective_sparsity: 0.501,
    parameters: 266_610,
    nonzero_parameters: 133_510,
    compression: 1.996929,
    dense_bytes: 1_066_440,
    sparse_bytes: 567_355,
    dense_macs: 266_200,
    macs: 133_100,
    baseline_accuracy: 0.979,
    pruned_accuracy: 0.975,
    accuracy: 0.978,
    accuracy_drop: 0.1,
    baseline_loss: 0.08,
    pruned_loss: 0.09,
    loss: 0.085,
    status: "ok",
    ...values,
  };
}

/** The same of a regression: without accuracies. */
export function regressionRow(values: Partial<ResultRow>): ResultRow {
  return resultRow({
    baseline_accuracy: null,
    pruned_accuracy: null,
    accuracy: null,
    accuracy_drop: null,
    ...values,
  });
}
