import type { Selection } from "./assemble.ts";
import type { LoadContext } from "./dataset.ts";

/**
 * The training examples once more, as the test set: what a network knows by heart, which some studies report. Told, and with
 * a name of its own in results, so that such figures are never taken for those of other examples.
 */
export function testedOnTraining(
  name: string,
  train: Selection,
  { notify }: Pick<LoadContext, "notify">,
): { readonly name: string; readonly test: Selection } {
  const ownName = trainingName(name);
  notify(
    `dataset.test is train: all figures are of the ${train.order.length} examples that the networks were trained on, ` +
      `and say nothing of others. Results name this data ${ownName}.`,
  );
  return { name: ownName, test: train };
}

/** What data is called in results where its test set is its training set. */
export function trainingName(name: string): string {
  return `${name}-train`;
}
