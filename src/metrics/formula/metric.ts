import type { Metric } from "../metric.ts";
import { figuresOf } from "./names.ts";
import type { FormulaOptions } from "./options.ts";

/** What a difference counts as, by the tolerance: of an accuracy, these are 0.5, 1 and 2 percentage points. */
const TOLERANCES = { margin: 2, coarse: 4 };

/** The tolerance of a metric between two bounds, as a part of what lies between them; that of an accuracy. */
const TOLERATED = 0.005;

/** A metric of one's own: it reads the columns that its formula filled. */
export interface FormulaMetric extends Metric {
  /** Its formula, and those that it hangs on: equal for metrics that mean the same. */
  readonly definition: string;
}

/** The metrics of a config. */
export function formulaMetrics(formulas: readonly FormulaOptions[] = []): FormulaMetric[] {
  const definitions = new Map<string, string>();
  return formulas.map((options) => {
    const { name } = options;
    const formula = options.formula.trim().replace(/\s+/g, " ");
    const hangsOn = [...definitions].filter(([other]) =>
      new RegExp(`\\b(baseline_|pruned_)?${other}\\b`).test(formula),
    );
    const definition = [formula, ...hangsOn.map(([other, of]) => `${other} = ${of}`)].join("; ");
    definitions.set(name, definition);
    return { ...formulaMetric(options), definition };
  });
}

function formulaMetric(options: FormulaOptions): Metric {
  const { name, formula, better, unit = "", digits } = options;
  const scale = unit === "%" ? 100 : 1;
  const [lowest = null, highest = null] = options.bounds;
  const range = lowest === null || highest === null ? undefined : scale * (highest - lowest);
  const tolerance = options.tolerance ?? TOLERATED * (range ?? 0);
  return {
    name,
    summary: options.summary === undefined ? formula : `${options.summary.replace(/[.:]$/, "")}: ${formula}`,
    tasks: ["classification", "regression"],
    noun: options.label ?? name,
    better,
    scale,
    unit,
    digits:
      digits === null
        ? { kind: "significant", coarse: 3, fine: 4 }
        : { kind: "decimals", coarse: digits, fine: digits },
    axis: "linear",
    bounds: { lowest, highest },
    figures: figuresOf(name),
    history: {},
    difference: {
      kind: "absolute",
      one: unit === "%" ? "point" : unit,
      many: unit === "%" ? "points" : unit,
      name: better === "higher" ? "drop" : "rise",
      setback: better === "higher" ? "drop" : "rise",
      words: {
        worse: better === "higher" ? "falls by" : "rises by",
        better: better === "higher" ? "rises by" : "falls by",
      },
      tolerance,
      margin: TOLERANCES.margin * tolerance,
      // Without a measure of what is much, nothing is too coarse.
      coarse: tolerance === 0 ? Number.POSITIVE_INFINITY : TOLERANCES.coarse * tolerance,
      // How much a formula varies between seeds, no tolerance says.
      assumedDeviation: 0,
    },
    good: "good",
    testSet: undefined,
  };
}
