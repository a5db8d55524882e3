import { quote } from "../../../foundations/quote.ts";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MISSING = /^(n\/?a|nan|null|none|nil|\?|-)$/i;

/** The largest number that a float32 holds: inputs and targets are float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

export function isNumber(cell: string): boolean {
  return NUMBER.test(cell);
}

/** Why a cell is no number that can be used, to follow the column's name; undefined when it is one. */
export function numberFault(cell: string): string | undefined {
  if (cell === "") return "is empty";
  if (MISSING.test(cell)) return `is ${quote(cell)}, a missing value`;
  if (!NUMBER.test(cell)) return `is ${quote(cell)}, not a number`;
  if (Math.abs(Number(cell)) > LARGEST) return `is ${quote(cell)}, too large a number`;
  return undefined;
}
