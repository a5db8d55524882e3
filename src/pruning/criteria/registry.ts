import type { Criterion } from "../criterion.ts";
import { magnitude } from "./magnitude.ts";
import { random } from "./random.ts";

export const criteria = [magnitude, random] as const satisfies readonly Criterion[];

export type CriterionName = (typeof criteria)[number]["name"];

export function criterionNamed(name: CriterionName): Criterion {
  const criterion = criteria.find((member) => member.name === name);
  if (criterion === undefined) throw new RangeError(`no criterion is named '${name}'`);
  return criterion;
}
