import { type ControlComparison, controlComparisons } from "../../analysis/control-comparisons.ts";
import { percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { differenceText, side } from "../../metrics/words.ts";
import type { Comparison } from "../../pruning/control.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { listed } from "./parts.ts";

/** A difference is told below this, over all methods that are compared with a control. */
const ALPHA = 0.05;

type Outcome = keyof Omit<Comparison, "noun">;

/** What each control of the methods shows, in a sentence for each outcome; nothing from one seed. */
export function controlSentences(rows: readonly ResultRow[], metric: Metric): string[] {
  const told = controlComparisons(rows, metric).filter(({ pValue }) => pValue !== null);
  const groups = groupBy(told, (one) => JSON.stringify([one.control, outcomeOf(one), one.sparsity]));
  return [...groups.values()].map((alike) => sentenceOf(alike, metric));
}

function outcomeOf({ difference, pValue }: ControlComparison): Outcome {
  if ((pValue ?? 1) > ALPHA) return "alike";
  return (difference.mean ?? 0) > 0 ? "better" : "worse";
}

/** Of methods with the same control, outcome and sparsity. */
function sentenceOf(alike: readonly ControlComparison[], metric: Metric): string {
  const [first] = alike;
  if (first === undefined) throw new RangeError("a sentence needs a comparison");
  const { comparison, sparsity } = first;
  const outcome = outcomeOf(first);
  const each = alike.length > 1 ? ", each" : "";
  const at = `at ${percent(sparsity)} pruned: ${comparison[outcome]}.`;
  const amounts = (word: string) =>
    listed(alike.map((one, i) => `${one.method} ${i === 0 ? word : ""}${amountOf(one, metric, outcome)}`));
  if (outcome === "alike") {
    const verb = alike.length > 1 ? "are" : "is";
    return `${amounts("")} ${verb} not told apart${each} from ${comparison.noun} ${at}`;
  }
  return `${amounts("is ")}${each} ${side(metric, outcome)} ${comparison.noun} ${at}`;
}

/** `0.4 ± 0.2 points`, of what is not told with its sign and in brackets. */
function amountOf({ difference }: ControlComparison, metric: Metric, outcome: Outcome): string {
  const mean = difference.mean ?? 0;
  const { low, high } = difference.ci95 ?? { low: mean, high: mean };
  const half = ((high - low) / 2).toFixed(1);
  if (outcome === "alike") return `(${differenceText(metric, `${mean.toFixed(1)} ± ${half}`)})`;
  return differenceText(metric, `${Math.abs(mean).toFixed(1)} ± ${half}`);
}
