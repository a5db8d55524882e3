import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../src/metrics/formula/evaluate.ts";
import { FormulaFault } from "../../../src/metrics/formula/fault.ts";
import { isName, LONGEST_FORMULA, parseFormula } from "../../../src/metrics/formula/parse.ts";

const figures: Readonly<Record<string, number>> = { mse: 10, sparsity: 0.5, x: 2, y: -3 };
const value = (formula: string) => evaluate(parseFormula(formula), (name) => figures[name]);
const fault = (formula: string): FormulaFault => {
  try {
    value(formula);
  } catch (error) {
    if (error instanceof FormulaFault) return error;
    throw error;
  }
  throw new Error(`${formula} has a value`);
};

describe("a formula has the value that mathematics gives it", () => {
  test.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["8 - 3 - 2", 3],
    ["16 / 4 / 2", 2],
    ["2 ^ 3 ^ 2", 512],
    ["2 ** 3 ** 2", 512],
    ["1 - x^2", -3],
    ["2 * x^2", 8],
    ["2 ^ -1", 0.5],
    ["-(x^2)", -4],
    ["(-x)^2", 4],
    ["--1", undefined],
    ["- -1", 1],
    ["+x", 2],
    [".5e1 + 5.", 10],
    ["min(x, y, 1)", -3],
    ["max(x, y, 1)", 2],
    ["clamp(x, 0, 1) + clamp(y, 0, 1) + clamp(.5, 0, 1)", 1.5],
    ["abs(y) + sqrt(16)", 7],
    ["log(exp(3)) + log2(8) + log10(1000)", 9],
    ["round(2.5) + floor(2.9) + ceil(2.1)", 8],
    ["x > 1 ? 10 : 20", 10],
    ["x < 1 ? 10 : x < 3 ? 20 : 30", 20],
    ["x >= 2 && y <= -3 ? 1 : 0", 1],
    ["x != 2 || y == -3 ? 1 : 0", 1],
    ["!(x > 1) ? 1 : 0", 0],
    ["x > 1 || y > 1 && x > 5 ? 1 : 0", 1],
    ["mse < 1000 ? (1 - mse / 1000)^1.5 * sparsity^1.5 : 0", 0.99 ** 1.5 * 0.5 ** 1.5],
    ["x == 0 ? 1 / 0 : 5", 5],
    ["x != 0 && 1 / x > 0 ? 1 : 0", 1],
    ["x\n  + 1", 3],
  ])("%s", (formula, expected) => {
    if (expected === undefined) expect(() => value(formula)).toThrow(FormulaFault);
    else expect(value(formula)).toBeCloseTo(expected, 12);
  });
});

describe("what is wrong is said, and where", () => {
  test.each([
    ["", 0, "it is empty."],
    ["1 +", 3, "it ends before it is complete."],
    ["(1 + 2", 6, "it ends before it is complete."],
    ["1 2", 2, "'2' is not expected here."],
    ["x ^ ^ 2 )", 4, "'^' is not expected here."],
    ["x ^ 2 ^ 3 )", 10, "')' is not expected here."],
    ["-x^2", 2, "what is negated here, the power or its base? Write -(x^2) or (-x)^2."],
    ["pow(x, 2)", 0, "write x^y for a power."],
    ["ln(x)", 0, "there is no function 'ln'. Did you mean 'log'?"],
    ["x(2)", 0, "there is no function 'x'."],
    ["2(x)", 0, "only functions can be called: write * to multiply."],
    ["min()", 0, "min takes at least 1, and there are 0: write min(a, b, ...)."],
    ["abs(1, 2)", 0, "abs takes 1, and there are 2: write abs(x)."],
    ["1 < 2", 0, "a comparison is no number. Write comparison ? a : b to choose one."],
    ["(x > 1) * 2", 1, "a comparison is no number."],
    ["x ? 1 : 2", 0, "a number is no condition. Write what it is compared with, such as > 0."],
    ["1 < x < 3 ? 1 : 0", 0, "comparisons do not chain: write a < b && b < c."],
    ["x = 1", 2, "'=' is no operator here. Write == to compare."],
    ["x === 1 ? 1 : 0", 2, "'===' is no operator here. Write == to compare."],
    ["x % 2", 2, "'%' is no operator here: write 0.01 * for percent."],
    ["x ≤ 2", 2, "write <= to compare."],
    ["x.length", 1, "there are no members in a formula, such as a.b."],
    ["x[0]", 1, "there are no lists and no members in a formula."],
    ["min(...x)", 4, "'...x' is no part of a formula."],
    ["1, 2", 1, "',' stands between the values of a function alone."],
    ["1; 2", 1, "a formula is one expression, without ';'."],
    ["x // 2", 2, "there are no comments in a formula."],
    ["'a'", 0, "there is no text in a formula."],
    ["`$" + "{x}`", 0, "there is no text in a formula."],
    ["/a/", 0, "'/a/' is no part of a formula."],
    ["0x10", 0, "'0x10' is no decimal number."],
    ["010", 0, "'010' is not expected here."],
    ["1e999", 0, "'1e999' is too large a number."],
    ["new x", 0, "'new x' is no part of a formula."],
    ["this", 0, "'this' is no part of a formula."],
    ["null", 0, "'null' is no part of a formula."],
    ["x++", 0, "'x++' is no part of a formula."],
    ["x & 1", 0, "'x & 1' is no part of a formula."],
    ["x => x", 2, "'=' is no operator here."],
    ["\\u0061", 0, "'\\' is no part of a formula."],
    ["1 / 0", 4, "division by 0"],
    ["x / (y + 3)", 5, "division by 0"],
    ["0^y", 0, "division by 0, as a negative power of 0"],
    ["1 + y^.5", 4, "power of a negative number that is not whole"],
    ["sqrt(y)", 0, "sqrt of a negative number"],
    ["log(0)", 0, "log of a number that is not above 0"],
    ["clamp(x, 1, 0)", 0, "clamp of bounds of which the lower is above the higher"],
    ["1 + 10^400", 4, "a number that is too large"],
    ["exp(1000)", 0, "a number that is too large"],
    ["1e60 * 1e60", 0, "a number that is too large"],
    [`${"(".repeat(51)}1${")".repeat(51)}`, 50, "more than 50 parentheses stand within one another."],
    ["x".repeat(1001), 0, "it has 1001 characters, and a formula has at most 1000."],
  ])("%s", (formula, at, message) => {
    const found = fault(formula);
    expect(found.message).toContain(message);
    expect(found.at).toBe(at);
  });

  test("ten million characters are refused without being read", () => {
    expect(fault("(".repeat(10_000_000)).message).toContain("at most 1000");
  });
});

test("names are words that mean nothing else", () => {
  expect(["score", "a_1", "constructor"].map(isName)).toEqual([true, true, true]);
  expect(["new", "this", "null", "typeof", "1", "a b", ""].map(isName)).not.toContain(true);
});

describe("any text", () => {
  const pieces = [
    ..."0123456789.+-*/^()?:<>=!&|, \n",
    ..."[]{}'\"`;%\\$#@~",
    ...[
      "x",
      "mse",
      "min(",
      "max(",
      "clamp(",
      "sqrt(",
      " ? ",
      " : ",
      "&&",
      "||",
      "**",
      "==",
      "=>",
      "...",
      "//",
      "/*",
      "?.",
    ],
    ...[
      "constructor",
      "__proto__",
      "toString",
      "process",
      "globalThis",
      "this",
      "new ",
      "typeof ",
      "import(",
      "eval(",
    ],
    ...[
      "async ",
      "await ",
      "yield ",
      "function ",
      "class ",
      "delete ",
      "void ",
      "in ",
      "instanceof ",
      "super",
      "let ",
    ],
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(""));

  test("is a formula or a fault within it, and nothing of it is executed", () => {
    const before = Object.keys(globalThis).length;
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary", maxLength: 60 })), (formula) => {
        try {
          const found = evaluate(parseFormula(formula), (name) =>
            Object.hasOwn(figures, name) ? figures[name] : undefined,
          );
          expect(found === undefined || Number.isFinite(found)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FormulaFault);
          const { at } = error as FormulaFault;
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(formula.length);
        }
      }),
      { numRuns: 3000 },
    );
    expect(Object.keys(globalThis)).toHaveLength(before);
  });

  test("of the greatest length is read in no time and without end of the stack", () => {
    for (const piece of [
      "-",
      "!",
      "(",
      "new ",
      "x**",
      "x?x:",
      "x<x?x:",
      "min(",
      "x,",
      "1+",
      "x=>",
      "async ",
    ]) {
      const formula = piece.repeat(LONGEST_FORMULA / piece.length);
      for (const end of ["", "x"]) {
        try {
          parseFormula((formula + end).slice(-LONGEST_FORMULA));
        } catch (error) {
          expect(error).toBeInstanceOf(FormulaFault);
        }
      }
    }
  });
});

/** A formula, written with every parenthesis, and its value. */
interface Sample {
  readonly text: string;
  readonly value: number;
}

const samples = fc.letrec<{ sample: Sample }>((tie) => {
  const pair = fc.tuple(tie("sample"), tie("sample"));
  const leaf = fc.oneof(
    fc.constantFrom<Sample>(...Object.entries(figures).map(([text, value]) => ({ text, value }))),
    fc.nat(20).map((value) => ({ text: String(value), value })),
    fc.double({ min: 0, max: 10, noNaN: true }).map((number) => {
      const text = number.toFixed(3);
      return { text, value: Number(text) };
    }),
  );
  const infix = (operator: string, apply: (a: number, b: number) => number) =>
    pair.map(([a, b]) => ({ text: `(${a.text}) ${operator} (${b.text})`, value: apply(a.value, b.value) }));
  return {
    sample: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      infix("+", (a, b) => a + b),
      infix("-", (a, b) => a - b),
      infix("*", (a, b) => a * b),
      infix("/", (a, b) => a / b),
      infix("^", (a, b) => a ** b),
      pair.map(([a, b]) => ({ text: `min(${a.text}, ${b.text})`, value: Math.min(a.value, b.value) })),
      pair.map(([a, b]) => ({
        text: `((${a.text}) < (${b.text}) ? (${a.text}) : -(${b.text}))`,
        value: a.value < b.value ? a.value : -b.value,
      })),
      tie("sample").map(({ text, value }) => ({ text: `-(${text})`, value: -value })),
    ),
  };
}).sample;

test("a formula that is put together has the value that its parts are put together to", () => {
  fc.assert(
    fc.property(samples, (sample) => {
      if (sample.text.length > LONGEST_FORMULA) return;
      try {
        // Of a zero the sign does not count.
        expect((value(sample.text) ?? Number.NaN) + 0).toBe(sample.value + 0);
      } catch (error) {
        // What has no value somewhere within has none, also where the whole would be finite again: min(1 / 0, 1).
        if (!(error instanceof FormulaFault)) throw error;
        expect(error.message).toMatch(/division|power|too large/);
      }
    }),
    { numRuns: 2000 },
  );
});
