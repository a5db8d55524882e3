import { writeFileAtomic } from "../foundations/atomic-file.ts";
import { inputError } from "../foundations/errors.ts";
import { explainWriteError } from "../recording/write-error.ts";
import { latexTable } from "../results/latex/table.ts";
import { overlay } from "../results/report/overlay.ts";
import { readStudies } from "./report.ts";

export interface LatexTableOptions {
  /** The file to write besides. */
  readonly out?: string | undefined;
  /** What has a column each (default: methods). */
  readonly columns?: "methods" | "sparsities" | undefined;
  /** LaTeX, taken as it is (default: a sentence that says what the figures are). */
  readonly caption?: string | undefined;
  /** For \ref (default: `tab:` and the name of the study). */
  readonly label?: string | undefined;
}

/**
 * The table of recorded results for a paper, as LaTeX for the booktabs package: folders of sweeps, or results tables
 * (.csv); of several, each method of each sweep. Methods and axes are called by the config's `labels`.
 *
 * Throws a PruneLabError of kind `input` for results that cannot be read, and for a label that LaTeX cannot refer to.
 */
export async function latex(results: readonly string[], options: LatexTableOptions = {}): Promise<string> {
  const { out, columns = "methods", caption } = options;
  const studies = await readStudies(results);
  const label = options.label ?? `tab:${studies.map(({ name }) => name).join("-")}`;
  if (options.label !== undefined && !/^[^\s\\{}%#~^&$]+$/.test(label)) {
    throw inputError(`--label: '${label}' cannot be referred to: no spaces, and none of \\ { } % # ~ ^ & $.`);
  }
  const table = latexTable(overlay(studies), {
    columns,
    caption,
    label: label.replaceAll(/[\s\\{}%#~^&$]+/g, "-"),
  });
  if (out !== undefined) {
    await writeFileAtomic(out, table).catch((error) => {
      throw explainWriteError(error, out);
    });
  }
  return table;
}
