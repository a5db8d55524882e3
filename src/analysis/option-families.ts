import { groupBy } from "../foundations/group-by.ts";
import { chosenIn } from "../pruning/method.ts";
import type { ResultRow } from "../recording/rows.ts";

/** Columns of results.csv that hold a member of an axis with its options. */
const AXES = ["criterion", "allocation", "structure", "schedule", "recovery"] as const;

/** A method by the value that it has of an option. */
export interface OptionValue {
  readonly method: string;
  readonly value: number;
  /** Equal for methods that differ in this option alone. */
  readonly others: string;
}

/** Methods that are the same but for the options of one member, of which they have different values of a number. */
export interface OptionFamily {
  /** `linear-bridge` */
  readonly member: string;
  /** `eps` */
  readonly option: string;
  /** By rising value. */
  readonly values: readonly OptionValue[];
}

/**
 * The options that methods of a study differ in, such as `taylor(examples=100)` and `taylor(examples=500)`: in the order of
 * the axes and of their options.
 */
export function optionFamilies(results: readonly ResultRow[]): OptionFamily[] {
  const methods = [...groupBy(results, ({ method }) => method).values()].flatMap(([row]) => row ?? []);
  return AXES.flatMap((axis) => {
    const chosen = methods.map((row) => {
      const rest = AXES.filter((other) => other !== axis).map((other) => row[other]);
      return { method: row.method, rest: [...rest, row.quantization ?? ""], ...chosenIn(row[axis]) };
    });
    return [...groupBy(chosen, ({ rest, name }) => JSON.stringify([rest, name])).values()].flatMap(
      (family) => {
        const options = new Set(family.flatMap(({ options }) => [...options.keys()]));
        return [...options].flatMap((option) => {
          const values = family.flatMap(({ method, options }): OptionValue[] => {
            const value = Number(options.get(option) || Number.NaN);
            const others = JSON.stringify([...options].filter(([key]) => key !== option));
            return Number.isFinite(value) ? [{ method, value, others }] : [];
          });
          const differ = new Set(values.map(({ value }) => value)).size > 1;
          const member = family[0]?.name ?? "";
          return differ ? [{ member, option, values: values.sort((a, b) => a.value - b.value) }] : [];
        });
      },
    );
  });
}
