import type { Entry } from "../foundations/registry.ts";

export type Task = "classification" | "regression";

/** A range of values, as rows hold them. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Where a figure stands in a row: a column by its name, or a formula over the row. Null where there is none. */
export type Figure = string | ((row: object) => number | null);

/** The least and the greatest possible value; null where there is none. */
export interface Bounds {
  readonly lowest: number | null;
  readonly highest: number | null;
}

/** Words for a change, each as it stands before an amount: `loses` 1.3 points, `rises by` 4%. */
export interface ChangeWords {
  readonly worse: string;
  readonly better: string;
}

/**
 * What is measured of a network, and how it is shown. Whatever shows or tests results takes direction, scale and
 * words from here.
 */
export interface Metric extends Entry {
  readonly tasks: readonly Task[];
  /** In a sentence: `accuracy`, so that a title says `Test accuracy`. */
  readonly noun: string;
  readonly better: "higher" | "lower";
  /** A value times this is shown: 100 for a fraction in percent. */
  readonly scale: number;
  /** Behind a shown value: `%`, a short text such as `points`, or nothing. */
  readonly unit: string;
  /** How shown values are written: with decimals, or with significant digits; coarse in running text. */
  readonly digits: {
    readonly kind: "decimals" | "significant";
    readonly coarse: number;
    readonly fine: number;
  };
  /** What a chart draws on its axis: 1 minus the value or the value on a logarithmic one, or the value as it is. */
  readonly axis: "error" | "value" | "linear";
  /** Between which values it lies, as rows hold them; an end of null is open. Nothing shown leaves them. */
  readonly bounds?: Bounds;
  /** The figures of a row of results.csv. */
  readonly figures: { readonly baseline: Figure; readonly pruned: Figure; readonly recovered: Figure };
  /** The figures of a row of history.csv, where an epoch has any. */
  readonly history: { readonly validation?: Figure; readonly training?: Figure };
  readonly difference: {
    /** In shown units, or in percent of the side that is compared with. */
    readonly kind: "absolute" | "relative";
    /** `1 point`, `2 points`; a percent sign is written without a space. */
    readonly one: string;
    readonly many: string;
    /** What a difference to the worse is called: `drop`. */
    readonly name: string;
    /** The same in "cannot rule out a ... of 1 point". */
    readonly setback: string;
    readonly words: ChangeWords;
    /** What `check` lets pass, however significant. */
    readonly tolerance: number;
    /** Less than this below the dense control counts as none. */
    readonly margin: number;
    /** Where only larger differences can be detected, nothing much is tested. */
    readonly coarse: number;
    /** The deviation between seeds that is assumed where nothing shows it; 0 where that would be a guess. */
    readonly assumedDeviation: number;
  };
  /** "as ... as the dense control". */
  readonly good: string;
  /** What the size of the test set says of the error of a value; undefined where it says nothing. */
  readonly testSet: TestSetError | undefined;
}

/** The error that a finite test set leaves. */
export interface TestSetError {
  /** In words: `the binomial error of the test sets`. */
  readonly name: string;
  /** Variance of a value over test sets of so many examples. */
  readonly variance: (value: number, examples: number) => number;
  /** The value whose variance counts where nothing else is known of it, so that it is never 0. */
  readonly cautious: (value: number, examples: number) => number;
  /** The smallest step between two values over so many examples; absent where any value is possible. */
  readonly resolution?: (examples: number) => number;
  /** The 95% interval of one network's value; absent for that of a normal error. */
  readonly interval?: (value: number, examples: number) => Interval;
}
