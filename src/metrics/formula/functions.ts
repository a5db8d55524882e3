/** A function that a formula can call. */
export interface FormulaFunction {
  readonly name: string;
  /** How many numbers it takes. */
  readonly takes: { readonly least: number; readonly most: number };
  /** As a formula has it: `min(a, b, ...)`. */
  readonly written: string;
  readonly compute: (...values: readonly number[]) => number;
  /** What it has no value of, where there is such a thing: `a negative number`. */
  readonly undefinedOf?: string;
}

const one = { least: 1, most: 1 };
const any = { least: 1, most: Number.POSITIVE_INFINITY };

function ofOne(name: string, compute: (value: number) => number, undefinedOf?: string): FormulaFunction {
  const written = `${name}(x)`;
  return {
    name,
    takes: one,
    written,
    compute: (value = Number.NaN) => compute(value),
    ...(undefinedOf && { undefinedOf }),
  };
}

const notPositive = "a number that is not above 0";

/** Every function that there is; a formula can call nothing else. */
export const functions: readonly FormulaFunction[] = [
  { name: "min", takes: any, written: "min(a, b, ...)", compute: Math.min },
  { name: "max", takes: any, written: "max(a, b, ...)", compute: Math.max },
  {
    name: "clamp",
    takes: { least: 3, most: 3 },
    written: "clamp(x, low, high)",
    compute: (value = Number.NaN, low = Number.NaN, high = Number.NaN) =>
      low <= high ? Math.min(Math.max(value, low), high) : Number.NaN,
    undefinedOf: "bounds of which the lower is above the higher",
  },
  ofOne("abs", Math.abs),
  ofOne("sqrt", Math.sqrt, "a negative number"),
  ofOne("exp", Math.exp),
  ofOne("log", Math.log, notPositive),
  ofOne("log2", Math.log2, notPositive),
  ofOne("log10", Math.log10, notPositive),
  ofOne("round", Math.round),
  ofOne("floor", Math.floor),
  ofOne("ceil", Math.ceil),
];

/** What other languages call them. */
export const FUNCTION_ALIASES: Readonly<Record<string, string>> = {
  ln: "log",
  minimum: "min",
  maximum: "max",
  clip: "clamp",
  fabs: "abs",
  ceiling: "ceil",
};
