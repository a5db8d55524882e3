import { type AnyNode, parseExpressionAt } from "acorn";
import { excerpt, quote } from "../../foundations/quote.ts";
import { didYouMean } from "../../foundations/suggest.ts";
import { LARGEST } from "./evaluate.ts";
import type { ArithmeticOperator, Comparison, Condition, Expression } from "./expression.ts";
import { FormulaFault } from "./fault.ts";
import { type FormulaFunction, FUNCTION_ALIASES, functions } from "./functions.ts";

/** Characters of a formula. */
export const LONGEST_FORMULA = 1000;

/** Parentheses within one another. */
const MOST_DEPTH = 50;

/**
 * Reads a formula: arithmetic on numbers and names, calls of a fixed list of functions, and choices by comparisons
 * (docs/metrics.md has the language). Throws a FormulaFault for anything else, and nothing else ever. The text is taken apart by
 * a parser of JavaScript, of whose language this is a small part, and what it finds is read here, node by node; nothing of it
 * is executed. `^` is the power: it is read as `**`, so that it binds as in mathematics.
 */
export function parseFormula(formula: string): Expression {
  checkText(formula);
  const text = formula.replaceAll("^", "**");
  const read = new Reader(formula, text);
  const node = read.node();
  const rest = /\S/.exec(text.slice(node.end));
  if (rest !== null) throw read.unexpected(node.end + rest.index);
  return read.expression(node);
}

/** Whether a word is a name in a formula, and nothing else there: `new` and `this` are not. */
export function isName(word: string): boolean {
  try {
    return parseFormula(word).kind === "name";
  } catch {
    return false;
  }
}

/** What is refused before anything is taken apart: too long or too deep a text, and characters that no formula has. */
function checkText(formula: string): void {
  if (formula.length > LONGEST_FORMULA) {
    throw new FormulaFault(
      `it has ${formula.length} characters, and a formula has at most ${LONGEST_FORMULA}.`,
      0,
    );
  }
  if (formula.trim() === "") throw new FormulaFault("it is empty.", 0);
  const foreign = /[^\w\s.+\-*/^(),?:<>=!&|]/u.exec(formula);
  if (foreign !== null) throw new FormulaFault(foreignText(foreign[0]), foreign.index);
  const comment = /\/[/*]/.exec(formula);
  if (comment !== null) throw new FormulaFault("there are no comments in a formula.", comment.index);
  const equals = /={3,}|!==+|(?<![=<>!])=(?!=)/.exec(formula);
  if (equals !== null) {
    throw new FormulaFault(
      `'${equals[0]}' is no operator here. Write ${equals[0].startsWith("!") ? "!=" : "=="} to compare.`,
      equals.index,
    );
  }
  let depth = 0;
  for (let at = 0; at < formula.length; at++) {
    if (formula[at] === "(") depth++;
    else if (formula[at] === ")") depth--;
    if (depth > MOST_DEPTH) {
      throw new FormulaFault(`more than ${MOST_DEPTH} parentheses stand within one another.`, at);
    }
  }
}

const FOREIGN: Readonly<Record<string, string>> = {
  "%": "'%' is no operator here: write 0.01 * for percent.",
  "[": "there are no lists and no members in a formula.",
  "{": "there are no lists and no members in a formula.",
  ";": "a formula is one expression, without ';'.",
  '"': "there is no text in a formula.",
  "'": "there is no text in a formula.",
  "`": "there is no text in a formula.",
  "×": "write * to multiply.",
  "·": "write * to multiply.",
  "÷": "write / to divide.",
  "−": "write - to subtract.",
  "≤": "write <= to compare.",
  "≥": "write >= to compare.",
  "≠": "write != to compare.",
};

function foreignText(character: string): string {
  return FOREIGN[character] ?? `${quote(character)} is no part of a formula.`;
}

const COMPARISONS: readonly string[] = ["<", "<=", ">", ">=", "==", "!="] satisfies readonly Comparison[];

const ARITHMETIC: Readonly<Record<string, ArithmeticOperator>> = {
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "**": "^",
};

const NO_NUMBER = "a comparison is no number. Write comparison ? a : b to choose one.";
const NO_CONDITION = "a number is no condition. Write what it is compared with, such as > 0.";

/** Reads what the parser found in `text`, the formula with `**` for `^`. */
class Reader {
  readonly #formula: string;
  readonly #text: string;

  constructor(formula: string, text: string) {
    this.#formula = formula;
    this.#text = text;
  }

  /** The formula as the parser sees it. */
  node(): AnyNode {
    try {
      // As a module: legacy numbers such as 010 are none there. Of 2016, the first with a power.
      return parseExpressionAt(this.#text, 0, {
        ecmaVersion: 2016,
        sourceType: "module",
        preserveParens: true,
      });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw this.unexpected("pos" in error && typeof error.pos === "number" ? error.pos : 0);
    }
  }

  /** Where a place of the parser's text is in the formula. */
  #at(position: number): number {
    let at = 0;
    for (let read = 0; read < position && at < this.#formula.length; at++) {
      read += this.#formula[at] === "^" ? 2 : 1;
    }
    return at;
  }

  unexpected(position: number): FormulaFault {
    const at = this.#at(position);
    const rest = this.#text.slice(position);
    if (rest.trim() === "") return new FormulaFault("it ends before it is complete.", this.#formula.length);
    if (rest.startsWith("**") && /[\w)]\s*$/.test(this.#text.slice(0, position))) {
      return new FormulaFault("what is negated here, the power or its base? Write -(x^2) or (-x)^2.", at);
    }
    const [word = ""] = /^(\w+|[^\w\s])/.exec(this.#formula.slice(at)) ?? [];
    return new FormulaFault(`${quote(word)} is not expected here.`, at);
  }

  #fault(message: string, { start }: AnyNode): FormulaFault {
    return new FormulaFault(message, this.#at(start));
  }

  /** A node that gives a number. */
  expression(node: AnyNode): Expression {
    const at = this.#at(node.start);
    switch (node.type) {
      case "Literal":
        return { kind: "number", value: this.#number(node), at };
      case "Identifier":
        return { kind: "name", name: node.name, at };
      case "ParenthesizedExpression":
        return this.expression(node.expression);
      case "UnaryExpression":
        if (node.operator === "-") return { kind: "negative", of: this.expression(node.argument), at };
        if (node.operator === "+") return this.expression(node.argument);
        throw node.operator === "!" ? this.#fault(NO_NUMBER, node) : this.#foreign(node);
      case "BinaryExpression": {
        const operator = Object.hasOwn(ARITHMETIC, node.operator) ? ARITHMETIC[node.operator] : undefined;
        if (operator === undefined) {
          throw COMPARISONS.includes(node.operator) ? this.#fault(NO_NUMBER, node) : this.#foreign(node);
        }
        const [left, right] = [this.expression(node.left), this.expression(node.right)];
        return { kind: "arithmetic", operator, left, right, at };
      }
      case "LogicalExpression":
        throw this.#fault(NO_NUMBER, node);
      case "ConditionalExpression":
        return {
          kind: "choice",
          test: this.condition(node.test),
          ifSo: this.expression(node.consequent),
          otherwise: this.expression(node.alternate),
          at,
        };
      case "CallExpression": {
        const called = this.#called(node.callee);
        const values = node.arguments.map((value) => this.expression(value));
        const { least, most } = called.takes;
        if (values.length < least || values.length > most) {
          throw this.#fault(
            `${called.name} takes ${least === most ? least : `at least ${least}`}, and ${values.length === 1 ? "there is 1" : `there are ${values.length}`}: write ${called.written}.`,
            node,
          );
        }
        return { kind: "call", function: called, values, at };
      }
      default:
        throw this.#foreign(node);
    }
  }

  /** A node that holds or does not. */
  condition(node: AnyNode): Condition {
    if (node.type === "ParenthesizedExpression") return this.condition(node.expression);
    if (node.type === "LogicalExpression") {
      return {
        kind: node.operator === "&&" ? "and" : "or",
        left: this.condition(node.left),
        right: this.condition(node.right),
      };
    }
    if (node.type === "UnaryExpression" && node.operator === "!") {
      return { kind: "not", of: this.condition(node.argument) };
    }
    if (node.type === "BinaryExpression" && COMPARISONS.includes(node.operator)) {
      for (const side of [node.left, node.right]) {
        if (side.type === "BinaryExpression" && COMPARISONS.includes(side.operator)) {
          throw this.#fault("comparisons do not chain: write a < b && b < c.", node);
        }
      }
      const [left, right] = [this.expression(node.left), this.expression(node.right)];
      return { kind: "comparison", operator: node.operator as Comparison, left, right };
    }
    // Whatever is wrong with it as an expression comes first.
    this.expression(node);
    throw this.#fault(NO_CONDITION, node);
  }

  #number(node: AnyNode & { readonly type: "Literal" }): number {
    const { value, raw = "" } = node;
    if (typeof value !== "number" || !/^[\d.]/.test(raw)) throw this.#foreign(node);
    if (!/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(raw)) {
      throw this.#fault(`${quote(raw)} is no decimal number.`, node);
    }
    if (value > LARGEST) throw this.#fault(`${quote(raw)} is too large a number.`, node);
    return value;
  }

  #called(callee: AnyNode): FormulaFunction {
    const list = functions.map(({ name }) => name);
    if (callee.type === "Identifier") {
      const called = functions.find(({ name }) => name === callee.name);
      if (called !== undefined) return called;
      if (/^pow(er)?$/i.test(callee.name)) throw this.#fault("write x^y for a power.", callee);
      throw this.#fault(
        `there is no function ${quote(callee.name)}.${didYouMean(callee.name, list, FUNCTION_ALIASES)} Functions: ${list.join(", ")}.`,
        callee,
      );
    }
    if (callee.type === "MemberExpression" || callee.type === "Super") throw this.#foreign(callee);
    throw this.#fault(
      `only functions can be called: write * to multiply. Functions: ${list.join(", ")}.`,
      callee,
    );
  }

  /** A part that JavaScript has and formulas have not. */
  #foreign(node: AnyNode): FormulaFault {
    if (node.type === "MemberExpression") {
      return new FormulaFault("there are no members in a formula, such as a.b.", this.#at(node.object.end));
    }
    if (node.type === "SequenceExpression") {
      const [first] = node.expressions;
      return new FormulaFault(
        "',' stands between the values of a function alone.",
        this.#at(first?.end ?? node.start),
      );
    }
    const text = this.#formula.slice(this.#at(node.start), this.#at(node.end));
    return this.#fault(`'${excerpt(text, 40)}' is no part of a formula.`, node);
  }
}
