import type { ResultRow } from "./rows.ts";

/** Whether it is of a method's variant that `control` names, and of no method itself. */
export function isVariant({ control = "none" }: Pick<ResultRow, "control">): boolean {
  return control !== "none";
}
