import { baselineHealth } from "../../analysis/baseline-health.ts";
import { type GuessOf, guessByName } from "../../analysis/constant-guesses.ts";
import { isConstructedRow } from "../../analysis/dense-control.ts";
import { longerThanControl } from "../../analysis/longer-than-control.ts";
import { measuredPoints } from "../../analysis/measured-points.ts";
import { isOneUntrainedNetwork } from "../../analysis/one-network.ts";
import { recovers } from "../../analysis/recovers.ts";
import { present } from "../../analysis/statistics/mean-interval.ts";
import { count, percent, recoveryNoun, testSetRange } from "../../charts/parts/titles.ts";
import { sensitivitySentence } from "../../charts/sensitivity.ts";
import type { SeedRule } from "../../experiment/seed-rule.ts";
import { leastOf } from "../../foundations/extremes.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { differenceScale, widthIn } from "../../metrics/difference.ts";
import { extremes, primaryMetric, recoveredValue } from "../../metrics/registry.ts";
import { differenceText, measured } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { unitShareSentences } from "../unit-shares.ts";
import { type Html, html } from "./html.ts";

const ONE_SWEEP =
  "It compares the methods on this network, this data and these training settings. All methods start from the same " +
  "trained networks, so that smaller differences show between them than between two sweeps. It says nothing about " +
  "other networks or other data.";
const SEVERAL_SWEEPS =
  "It compares these sweeps, each with trained networks of its own. Where they differ in more than the method, it does " +
  "not show which of the differences is the cause.";
const CONSTRUCTED_TOO =
  "Constructed networks do not start from the trained ones: against these, their differences are those of two trainings.";

const TESTED_ON_TRAINING =
  "The networks are tested on the examples that they were trained on: these figures show what they know by heart, and " +
  "nothing of how good they are on others.";

interface Grounds {
  readonly guessOf?: GuessOf;
  /** Whether a test set is the training set. */
  readonly testedOnTraining?: boolean;
  /** The rules by which sweeps added seeds. */
  readonly seedRules?: readonly SeedRule[];
}

/** What the figures stand on, and so what they can and cannot show. */
export function limits(
  rows: readonly ResultRow[],
  { guessOf = guessByName, testedOnTraining = false, seedRules = [] }: Grounds = {},
): Html {
  const metric = primaryMetric(rows);
  const studies = [...groupBy(rows, (row) => row.study)].map(([name, of]) => {
    const seeds = [...new Set(of.map((row) => row.seed))];
    return { name, seeds: seeds.length, text: `${seeds.length} (${seeds.join(", ")})` };
  });
  const fewest = leastOf(studies.map(({ seeds }) => seeds));
  const datasets = [
    ...groupBy(rows, (row) => `${row.dataset}: ${count(row.test_examples, "example")}`).keys(),
  ];
  const examples = leastOf(rows.map((row) => row.test_examples));
  const values = present(rows.map((row) => recoveredValue(metric, row)));
  const best = values.length === 0 ? undefined : extremes(metric, values).best;
  const range = best === undefined ? undefined : testSetRange(metric, best, examples);
  // Of networks that learned nothing there is nothing to lose.
  const learned = baselineHealth(rows, guessOf).sound.length > 0;
  const sensitivity = learned ? sensitivitySentence(rows) : undefined;
  // Of one network that is read, seeds say nothing.
  const isRead = isOneUntrainedNetwork(rows);
  const deviation = isRead ? undefined : deviationText(rows, fewest);
  const facts: [string, string][] = [
    ["Seeds", studies.map(({ name, text }) => (studies.length === 1 ? text : `${name}: ${text}`)).join("; ")],
    ...seedRules.map((rule): [string, string] => ["How many seeds", ruleText(rule)]),
    ...(deviation === undefined ? [] : [["Deviation between seeds", deviation] satisfies [string, string]]),
    [
      "Test set",
      datasets.join("; ") +
        (best === undefined || range === undefined
          ? ""
          : `. Where a single network's ${metric.noun} on it is ${measured(metric, best, "coarse")}, it leaves ${range} open (95% interval)`),
    ],
  ];
  if (sensitivity !== undefined) {
    const [what = "", ...amounts] = sensitivity.split(": ");
    facts.push([what, amounts.join(": ")]);
  }
  const shares = unitShareSentences(rows);
  if (shares.length > 0) facts.push(["Whole units", shares.join(" ")]);
  if (recovers(rows)) facts.push(["Dense baseline and dense control", baselineAndControl(rows)]);
  return html`<dl>${facts.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>
<p>${testedOnTraining ? html`<strong>${TESTED_ON_TRAINING}</strong> ` : ""}${studies.length === 1 ? ONE_SWEEP : SEVERAL_SWEEPS}${rows.some(isConstructedRow) ? ` ${CONSTRUCTED_TOO}` : ""} Nor does it say anything about speed: sizes and
multiplications are counted, not timed.${fewest === 1 && !isRead ? " One seed cannot show how much a result varies between seeds." : ""}</p>`;
}

/** Stopping by what is seen is no harm to means, and a little to intervals. */
function ruleText({ until, atLeast, atMost }: SeedRule): string {
  return (
    `From ${atLeast} on, seeds were added until every 95% interval was within ±${until}, or there were ${atMost}. What ` +
    "stops is the width of intervals, never which method is ahead; intervals that were narrow by chance stop it early, " +
    "so that they hold the truth a little less often than they say."
  );
}

/** Two words that every reader mixes up once. */
function baselineAndControl(rows: readonly ResultRow[]): string {
  const noun = recoveryNoun(rows);
  const had = longerThanControl(rows)
    ? `one ${noun}, where networks that were pruned in several rounds had one after each and so more training (the control unpruned has as much)`
    : `the same ${noun} as the pruned ones had`;
  return (
    `The baseline is the unpruned network as it was trained. The control is that network after ${had}; it is the point of sparsity 0. ` +
    `Drops are counted from the control, since ${noun} alone can improve a network.`
  );
}

/** The sample deviation between seeds, from the smallest to the largest. */
function deviationText(rows: readonly ResultRow[], seeds: number): string | undefined {
  const metric = primaryMetric(rows);
  const known = measuredPoints(rows, metric).flatMap(({ method, sparsity, recovered: { mean, std } }) =>
    mean === null || std === null
      ? []
      : [{ method, sparsity, std: widthIn(differenceScale(metric, metric.scale * mean), std) }],
  );
  const ascending = known.toSorted((a, b) => a.std - b.std);
  const [least, most] = [ascending[0], ascending.at(-1)];
  if (least === undefined || most === undefined) return seeds === 1 ? "unknown from one seed" : undefined;
  const [low, high] = [least, most].map(({ std }) => differenceText(metric, std.toFixed(2)));
  return `${low} at best, ${high} at worst (${most.method} at ${percent(most.sparsity)})`;
}
