import type { FormulaFunction } from "./functions.ts";

/** Where a part of a formula begins in its text, from 0. */
interface Placed {
  readonly at: number;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "^";
export type Comparison = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** What gives a number. */
export type Expression = Placed &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "negative"; readonly of: Expression }
    | {
        readonly kind: "arithmetic";
        readonly operator: ArithmeticOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: "call"; readonly function: FormulaFunction; readonly values: readonly Expression[] }
    | {
        readonly kind: "choice";
        readonly test: Condition;
        readonly ifSo: Expression;
        readonly otherwise: Expression;
      }
  );

/** What holds or does not: the test of a choice. It is no number, and a number is none. */
export type Condition =
  | {
      readonly kind: "comparison";
      readonly operator: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly of: Condition };

/** The names of an expression, each with the place where it stands, in the order of the text. */
export function namesIn(expression: Expression): { readonly name: string; readonly at: number }[] {
  switch (expression.kind) {
    case "number":
      return [];
    case "name":
      return [expression];
    case "negative":
      return namesIn(expression.of);
    case "arithmetic":
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case "call":
      return expression.values.flatMap(namesIn);
    case "choice":
      return [
        ...namesInCondition(expression.test),
        ...namesIn(expression.ifSo),
        ...namesIn(expression.otherwise),
      ];
  }
}

function namesInCondition(condition: Condition): ReturnType<typeof namesIn> {
  switch (condition.kind) {
    case "comparison":
      return [...namesIn(condition.left), ...namesIn(condition.right)];
    case "and":
    case "or":
      return [...namesInCondition(condition.left), ...namesInCondition(condition.right)];
    case "not":
      return namesInCondition(condition.of);
  }
}
