import { chosenIn } from "../pruning/method.ts";
import type { ResultRow } from "./rows.ts";
import { isVariant } from "./variant.ts";

/** Columns of results.csv by which a published method is told among those of a study. */
export const MEMBER_COLUMNS = [
  "criterion",
  "allocation",
  "structure",
  "schedule",
  "recovery",
  "control",
] as const;

type MemberColumn = (typeof MEMBER_COLUMNS)[number];

export interface NamedMember extends ReturnType<typeof chosenIn> {
  readonly column: MemberColumn;
}

/** `criterion=taylor schedule=early(step=0)`; undefined for a text that is not of this form. */
export function membersNamed(text: string): readonly NamedMember[] | undefined {
  const parts = text.match(/\w+=[^\s()]+(\([^()]*\))?/g) ?? [];
  if (parts.join(" ") !== text) return undefined;
  const members = parts.flatMap((part): NamedMember[] => {
    const [, key, member = ""] = /^(\w+)=(.*)$/.exec(part) ?? [];
    const column = MEMBER_COLUMNS.find((name) => name === key);
    return column === undefined ? [] : [{ column, ...chosenIn(member) }];
  });
  return members.length === 0 || members.length < parts.length ? undefined : members;
}

/** Whether a row has all of these members, with the options that are named; a control, only where it is named. */
export function hasMembers(row: ResultRow, members: readonly NamedMember[]): boolean {
  const control = members.some(({ column }) => column === "control");
  if (isVariant(row) !== control) return false;
  return members.every(({ column, name, options }) => {
    const own = chosenIn(row[column] ?? "");
    return own.name === name && [...options].every(([key, value]) => own.options.get(key) === value);
  });
}
