import { inputError } from "../foundations/errors.ts";
import { type FormulaOptions, formulasSchema } from "../metrics/formula/options.ts";

/**
 * The metrics of the user's own that a recorded config has; none for one without the section. Their formulas are not taken apart:
 * the table has what they gave. Throws a PruneLabError of kind `input` for a section that is not as it is written.
 */
export function recordedFormulas(config: unknown, path: string): readonly FormulaOptions[] {
  const section = (config as { readonly metrics?: unknown } | undefined)?.metrics;
  const read = formulasSchema().safeParse(section);
  if (read.success) return read.data ?? [];
  const [issue] = read.error.issues;
  throw inputError(
    `The config of ${path}: ${["metrics", ...(issue?.path ?? [])].join(".")}: ${issue?.message}.`,
  );
}
