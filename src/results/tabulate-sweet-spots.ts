import { kneeSparsity } from "../analysis/curve-summaries.ts";
import { type Cell, lastOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import type { TestMeasure } from "../experiment/runs/test-measure.ts";
import { validations } from "../experiment/settled-plan.ts";
import { groupBy } from "../foundations/group-by.ts";
import { unpackBits } from "../foundations/packed.ts";
import { randomStream } from "../foundations/random.ts";
import { accuracy } from "../metrics/accuracy.ts";
import type { SweetSpotRow } from "../recording/rows.ts";
import type { StoredRuns } from "../scheduling/share.ts";
import type { TestedCell } from "./tabulate-evaluation.ts";

/** What a network is chosen by, and what it is tested on then: examples that the choice has not seen. */
type Sides = Pick<
  SweetSpotRow,
  "chosen_on" | "choice_examples" | "choice_accuracy" | "other_examples" | "baseline_accuracy" | "accuracy"
>;

/**
 * The sweet spot of each method: the knee of its accuracy, the mean over the seeds, on the validation examples. Texts without
 * any are chosen on half of the test texts, drawn once for all networks, and tested on the others: it is known which of
 * them each network has right.
 */
export function sweetSpotRows(
  study: Pick<StudyOutline, "plan" | "settings" | "dataset">,
  stored: StoredRuns,
  testedOf: (cell: Cell) => TestedCell,
  name: string,
): SweetSpotRow[] {
  if (!study.settings.evaluate?.sweetSpot) return [];
  const { test, validation } = study.dataset.examples;
  const validated = validations(study, stored, accuracy);
  const halves = halvesOf(test);
  const rows = study.plan.cells.map((cell) => ({
    cell,
    sides:
      validation > 0
        ? onValidation(testedOf(cell), validated(lastOf(cell)), { validation, test })
        : onHalves(testedOf(cell), halves, test),
  }));
  const ofMethods = groupBy(rows, ({ cell }) => cell.method.name);
  const spots = new Map([...ofMethods].map(([method, of]) => [method, sweetSpot(of)]));
  return rows.map(({ cell, sides }) => ({
    study: name,
    method: cell.method.name,
    seed: cell.seed,
    target_sparsity: cell.sparsity,
    chosen_on: sides.chosen_on,
    choice_examples: sides.choice_examples,
    choice_accuracy: sides.choice_accuracy,
    sweet_spot: spots.get(cell.method.name) === cell.sparsity ? "yes" : "no",
    other_examples: sides.other_examples,
    baseline_accuracy: sides.baseline_accuracy,
    accuracy: sides.accuracy,
    accuracy_drop:
      sides.baseline_accuracy === null || sides.accuracy === null
        ? null
        : 100 * (sides.baseline_accuracy - sides.accuracy),
  }));
}

/** Undefined where a network diverged, or the curve has no knee. */
function sweetSpot(rows: readonly { readonly cell: Cell; readonly sides: Sides }[]): number | undefined {
  const points = [...groupBy(rows, ({ cell }) => cell.sparsity)].map(([sparsity, of]) => {
    const sum = of.reduce((total, { sides }) => total + (sides.choice_accuracy ?? Number.NaN), 0);
    return { sparsity, value: (accuracy.scale * sum) / of.length };
  });
  if (points.some(({ value }) => Number.isNaN(value))) return undefined;
  return kneeSparsity(points, accuracy.difference.margin);
}

function onValidation(
  { baseline, recovered }: TestedCell,
  validated: number | null,
  { validation, test }: { readonly validation: number; readonly test: number },
): Sides {
  return {
    chosen_on: "validation",
    choice_examples: validation,
    choice_accuracy: recovered === undefined ? null : validated,
    other_examples: test,
    baseline_accuracy: baseline?.accuracy ?? null,
    accuracy: recovered?.accuracy ?? null,
  };
}

function onHalves(
  { baseline, recovered }: TestedCell,
  [choice, others]: readonly [Uint32Array, Uint32Array],
  examples: number,
): Sides {
  const share = (of: TestMeasure | undefined, half: Uint32Array) => {
    if (of?.right === undefined) return null;
    const right = unpackBits(of.right, examples);
    return half.reduce((sum, example) => sum + Number(right[example]), 0) / half.length;
  };
  return {
    chosen_on: "test half",
    choice_examples: choice.length,
    choice_accuracy: share(recovered, choice),
    other_examples: others.length,
    baseline_accuracy: share(baseline, others),
    accuracy: share(recovered, others),
  };
}

/** Two halves of so many examples, the same for every study and seed. */
function halvesOf(examples: number): readonly [Uint32Array, Uint32Array] {
  const order = randomStream(0, "sweet spot").shuffle(
    Uint32Array.from({ length: examples }, (_, index) => index),
  );
  const half = Math.floor(examples / 2);
  return [order.subarray(0, half), order.subarray(half)];
}
