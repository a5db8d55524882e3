import jstat from "jstat";
import type { ConstantGuess } from "../datasets/constant-guess.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { GuessOf } from "./constant-guesses.ts";
import { isDenseControl } from "./dense-control.ts";

/** An accuracy counts as above chance when chance alone reaches it less often than this. */
const CHANCE_LEVEL = 0.01;
/** Cohen's kappa up to this is called slight (Landis and Koch 1977). */
const SLIGHT_KAPPA = 0.2;
/** Of the loss of a constant guess: a network with a slight accuracy has to be below it to have learned. */
const SLIGHT_LOSS = 0.9;
/** Of the loss of a constant guess: from here on a regression is no better than it. */
const CONSTANT_LOSS = 0.99;

/**
 * Why a network does not count as trained. `diverged`: its loss is not finite. `chance`: its figures are those of a guess
 * that ignores the input. `slight`: a little above that in accuracy, while its loss is that of a guess or worse.
 */
export type Failure = "diverged" | "chance" | "slight";

/** The figures of a dense network on the test examples. */
export interface DenseFigures {
  readonly accuracy: number | null;
  /** Null where it diverged. */
  readonly loss: number | null;
}

/**
 * Whether a network learned anything that a constant guess does not know; undefined when it did, or when nothing
 * says what such a guess reaches.
 *
 * A classification has failed when its number of right answers is not significantly above what naming the largest
 * class each time gets (exact binomial test, one-sided, 1%), or when its kappa, (accuracy - chance) / (1 - chance), is
 * at most 0.2 and its loss above 90% of the constant guess's: a hard task of many classes may have a low kappa, but
 * then its loss is well below. A regression has failed when its loss is above 99% of the constant guess's.
 */
export function failureOf(
  { accuracy, loss }: DenseFigures,
  guess: ConstantGuess | undefined,
  testExamples: number,
): Failure | undefined {
  if (loss === null) return "diverged";
  // Where all examples are of one class, or have one target, nothing shows whether anything was learned.
  if (guess === undefined || guess.loss === 0) return undefined;
  if (guess.accuracy === null || accuracy === null) {
    return loss > CONSTANT_LOSS * guess.loss ? "chance" : undefined;
  }
  const right = Math.round(accuracy * testExamples);
  if (atLeast(right, testExamples, guess.accuracy) > CHANCE_LEVEL) return "chance";
  const kappa = (accuracy - guess.accuracy) / (1 - guess.accuracy);
  return kappa <= SLIGHT_KAPPA && loss > SLIGHT_LOSS * guess.loss ? "slight" : undefined;
}

/** The probability of at least so many successes of `n`, each with probability `p`: I_p(k, n - k + 1). */
function atLeast(successes: number, n: number, p: number): number {
  return successes === 0 ? 1 : jstat.ibeta(p, successes, n - successes + 1);
}

/** A dense network that did not learn: the trained one of a seed, or the one of sparsity 0 after recovery. */
export interface FailedNetwork extends DenseFigures {
  readonly study: string;
  readonly network: "baseline" | "control";
  /** Whose control it is: of each method that has it; of a baseline, all methods that start from it. */
  readonly methods: readonly string[];
  readonly seed: number;
  readonly failure: Failure;
  readonly guess: ConstantGuess | undefined;
}

/** What a table can be used for. */
export interface BaselineHealth {
  /** Empty when every dense network learned. A control is not told where its baseline failed already. */
  readonly failed: readonly FailedNetwork[];
  /** The rows whose baseline and control learned: those that say something about pruning. */
  readonly sound: readonly ResultRow[];
}

/**
 * Looks at the dense networks that everything else is held against: the baseline of each study and seed, and the
 * control of each method and seed.
 */
export function baselineHealth(rows: readonly ResultRow[], guessOf: GuessOf): BaselineHealth {
  const failed = [...groupBy(rows, ({ study, seed }) => JSON.stringify([study, seed])).values()].flatMap(
    (of) => {
      const baselines = failedAmong(of, "baseline", guessOf);
      const begun = of.filter((row) => !baselines.some((network) => concerns(network, row)));
      const controls = begun.filter(isDenseControl);
      return [...baselines, ...failedAmong(controls, "control", guessOf)];
    },
  );
  return { failed, sound: rows.filter((row) => !failed.some((network) => concerns(network, row))) };
}

/** Of rows of one study and seed; rows that share their figures share the network. */
function failedAmong(
  rows: readonly ResultRow[],
  network: FailedNetwork["network"],
  guessOf: GuessOf,
): FailedNetwork[] {
  const figures = (row: ResultRow): DenseFigures =>
    network === "baseline"
      ? { accuracy: row.baseline_accuracy, loss: row.baseline_loss }
      : { accuracy: row.accuracy, loss: row.loss };
  // A row without the figures of a network that others of its seed have says nothing of it.
  const known = rows.filter((row) => figures(row).loss !== null);
  const told = known.length > 0 && network === "baseline" ? known : rows;
  return [...groupBy(told, (row) => JSON.stringify(figures(row))).values()].flatMap((of) => {
    const [first] = of;
    if (first === undefined) return [];
    const guess = guessOf(first);
    const failure = failureOf(figures(first), guess, first.test_examples);
    if (failure === undefined) return [];
    const methods = [...new Set(of.map(({ method }) => method))];
    const { study, seed } = first;
    return [{ study, network, methods, seed, failure, guess, ...figures(first) }];
  });
}

function concerns({ study, seed, methods }: FailedNetwork, row: ResultRow): boolean {
  return row.study === study && row.seed === seed && methods.includes(row.method);
}
