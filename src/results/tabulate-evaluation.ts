import type { CalibrationBin } from "../experiment/evaluation/calibration.ts";
import type { Cell } from "../experiment/plan.ts";
import type { TestMeasure } from "../experiment/runs/test-measure.ts";
import type { EvaluationRows } from "../recording/evaluation.ts";
import type { CalibrationRow, ClassRow, CorruptionRow } from "../recording/rows.ts";

/** What was measured on the test set of the networks of a cell; undefined where it has none, or it diverged. */
export interface TestedCell {
  readonly cell: Cell;
  readonly baseline: TestMeasure | undefined;
  readonly pruned: TestMeasure | undefined;
  readonly recovered: TestMeasure | undefined;
}

/** The rows of a cell in the tables of `evaluate` that are measured on the test set. */
export function evaluationRows(
  of: TestedCell,
  study: string,
): Pick<EvaluationRows, "classes" | "calibration" | "corruptions"> {
  return {
    classes: classRows(of, study),
    calibration: calibrationRows(of, study),
    corruptions: corruptionRows(of, study),
  };
}

const point = ({ cell }: TestedCell, study: string) => ({
  study,
  method: cell.method.name,
  seed: cell.seed,
  target_sparsity: cell.sparsity,
});

/** Whichever of the three has a list: they agree on what it is about. */
function listOf<Key extends "classes" | "calibration" | "corruptions">(
  { baseline, pruned, recovered }: TestedCell,
  key: Key,
): NonNullable<TestMeasure[Key]> | readonly never[] {
  return recovered?.[key] ?? pruned?.[key] ?? baseline?.[key] ?? [];
}

function classRows(tested: TestedCell, study: string): ClassRow[] {
  const { baseline, pruned, recovered } = tested;
  return listOf(tested, "classes").map(({ examples }, i) => {
    const accuracy = (of: TestMeasure | undefined) => shareOf(of?.classes?.[i]?.correct, examples);
    return {
      ...point(tested, study),
      class: i,
      test_examples: examples,
      baseline_accuracy: accuracy(baseline),
      pruned_accuracy: accuracy(pruned),
      accuracy: accuracy(recovered),
    };
  });
}

function calibrationRows(tested: TestedCell, study: string): CalibrationRow[] {
  return listOf(tested, "calibration").map((_, i) => {
    const bin = (of: TestMeasure | undefined) => binFigures(of?.calibration?.[i]);
    const [baseline, pruned, recovered] = [bin(tested.baseline), bin(tested.pruned), bin(tested.recovered)];
    return {
      ...point(tested, study),
      bin: i + 1,
      baseline_examples: baseline.examples,
      baseline_confidence: baseline.confidence,
      baseline_accuracy: baseline.accuracy,
      pruned_examples: pruned.examples,
      pruned_confidence: pruned.confidence,
      pruned_accuracy: pruned.accuracy,
      ...recovered,
    };
  });
}

function binFigures(bin: CalibrationBin | undefined) {
  const examples = bin?.examples ?? null;
  return {
    examples,
    confidence: shareOf(bin?.confidence, examples),
    accuracy: shareOf(bin?.correct, examples),
  };
}

function corruptionRows(tested: TestedCell, study: string): CorruptionRow[] {
  const { baseline, pruned, recovered } = tested;
  return listOf(tested, "corruptions").map(({ corruption, severity }, i) => ({
    ...point(tested, study),
    corruption,
    severity,
    baseline_accuracy: baseline?.corruptions?.[i]?.accuracy ?? null,
    pruned_accuracy: pruned?.corruptions?.[i]?.accuracy ?? null,
    accuracy: recovered?.corruptions?.[i]?.accuracy ?? null,
    baseline_loss: baseline?.corruptions?.[i]?.loss ?? null,
    pruned_loss: pruned?.corruptions?.[i]?.loss ?? null,
    loss: recovered?.corruptions?.[i]?.loss ?? null,
  }));
}

function shareOf(amount: number | undefined, count: number | null): number | null {
  return amount === undefined || !count ? null : amount / count;
}
