import type { ArithmeticOperator, Condition, Expression } from "./expression.ts";
import { FormulaFault } from "./fault.ts";

/** What a name stands for: null where there is no value, undefined while it is not known yet. */
export type Lookup = (name: string) => number | null | undefined;

/** A name without a value: what comes of the formula has none either, and nothing is wrong with it. */
export class MissingValue extends Error {
  readonly missing: string;

  constructor(missing: string) {
    super(`${missing} is empty`);
    this.missing = missing;
  }
}

/**
 * The value of an expression, undefined where it hangs on what is not known yet. Throws a FormulaFault where it certainly has
 * none, at the part that has none: a division by 0, a logarithm of a negative number, what is beyond LARGEST;
 * and a MissingValue. Of a choice only what is chosen counts.
 */
export function evaluate(expression: Expression, lookup: Lookup): number | undefined {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "name": {
      const value = lookup(expression.name);
      if (value === null) throw new MissingValue(expression.name);
      return value;
    }
    case "negative": {
      const value = evaluate(expression.of, lookup);
      return value === undefined ? undefined : -value;
    }
    case "arithmetic": {
      const { operator } = expression;
      const [left, right] = [evaluate(expression.left, lookup), evaluate(expression.right, lookup)];
      if (operator === "/" && right === 0) throw new FormulaFault("division by 0", expression.right.at);
      if (left === undefined || right === undefined) return undefined;
      const value = computed(operator, left, right);
      if (Number.isNaN(value)) {
        throw new FormulaFault("power of a negative number that is not whole", expression.at);
      }
      if (operator === "^" && left === 0 && right < 0) {
        throw new FormulaFault("division by 0, as a negative power of 0", expression.at);
      }
      return finite(value, expression);
    }
    case "call": {
      const { name, compute, undefinedOf } = expression.function;
      const values = expression.values.map((value) => evaluate(value, lookup));
      const known = values.filter((value) => value !== undefined);
      if (known.length < values.length) return undefined;
      const value = compute(...known);
      if (undefinedOf !== undefined && (Number.isNaN(value) || value === Number.NEGATIVE_INFINITY)) {
        throw new FormulaFault(`${name} of ${undefinedOf}`, expression.at);
      }
      return finite(value, expression);
    }
    case "choice": {
      const chosen = holds(expression.test, lookup);
      if (chosen === undefined) return undefined;
      return evaluate(chosen ? expression.ifSo : expression.otherwise, lookup);
    }
  }
}

function computed(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "^":
      return left ** right;
  }
}

/** Numbers beyond this are too large: means and deviations of those up to it are numbers too. */
export const LARGEST = 1e100;

function finite(value: number, { at }: Expression): number {
  if (!(Math.abs(value) <= LARGEST)) throw new FormulaFault("a number that is too large", at);
  return value;
}

/** Whether a condition holds; undefined where that is not known yet. The right side of && and || counts only if it decides. */
function holds(condition: Condition, lookup: Lookup): boolean | undefined {
  switch (condition.kind) {
    case "not": {
      const held = holds(condition.of, lookup);
      return held === undefined ? undefined : !held;
    }
    case "and":
    case "or": {
      const left = holds(condition.left, lookup);
      if (left === undefined || left === (condition.kind === "or")) return left;
      return holds(condition.right, lookup);
    }
    case "comparison": {
      const [left, right] = [evaluate(condition.left, lookup), evaluate(condition.right, lookup)];
      if (left === undefined || right === undefined) return undefined;
      switch (condition.operator) {
        case "<":
          return left < right;
        case "<=":
          return left <= right;
        case ">":
          return left > right;
        case ">=":
          return left >= right;
        case "==":
          return left === right;
        case "!=":
          return left !== right;
      }
    }
  }
}
