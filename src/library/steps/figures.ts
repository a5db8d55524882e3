import type { PreparedStudy } from "../../experiment/prepare.ts";
import type { TestMeasure } from "../../experiment/runs/test-measure.ts";
import type { RunStatus } from "../../experiment/status.ts";
import type { NetworkMeasure } from "../../pruning/measure.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { measureColumns } from "../../results/tabulate-results.ts";

/** What is known of a network, by the names of the columns of results.csv. */
export type Figures = Pick<
  ResultRow,
  | "dataset"
  | "test_examples"
  | "engine"
  | "accuracy"
  | "loss"
  | "status"
  | keyof ReturnType<typeof measureColumns>
>;

/** As results.csv has it: a network that diverged has no accuracy and no loss. */
export function figuresOf(
  { dataset, engine }: PreparedStudy,
  {
    status,
    tested,
    measure,
  }: { readonly status: RunStatus; readonly tested: TestMeasure; readonly measure: NetworkMeasure },
): Figures {
  const diverged = status === "diverged";
  return {
    dataset: dataset.name,
    test_examples: dataset.examples.test,
    engine: engine.name,
    accuracy: diverged ? null : tested.accuracy,
    loss: diverged ? null : tested.loss,
    status,
    ...measureColumns(measure),
  };
}
