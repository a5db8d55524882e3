import chalk from "chalk";
import { printableLine } from "../foundations/printable.ts";
import { wrap } from "../foundations/wrap.ts";

const GAP = "  ";
/** The narrowest last column that text is wrapped into. */
const NARROWEST = 16;

export interface TableFit {
  /** Width to fit; undefined: as wide as it comes out. */
  readonly columns: number | undefined;
  /** Headings of columns that a narrow table does without, the first first. */
  readonly spare?: readonly string[];
}

/**
 * Rows under a header, in aligned columns two spaces apart; every line ends with a newline. To fit a width, spare columns
 * are left out, and then the last column is wrapped.
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { columns, spare = [] }: TableFit = { columns: undefined },
): string {
  const [titles = [], ...lines] = [header, ...rows].map((row) => row.map(printableLine));
  const widths = titles.map((title, i) =>
    lines.reduce((widest, row) => Math.max(widest, row[i]?.length ?? 0), title.length),
  );
  const width = widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length);
  const [unneeded, ...others] = spare;
  const fixed = width - (widths.at(-1) ?? 0);
  if (columns !== undefined && width > columns && unneeded !== undefined) {
    const without = (row: readonly string[]) => row.filter((_, i) => header[i] !== unneeded);
    return formatTable(without(header), rows.map(without), { columns, spare: others });
  }
  const last =
    columns === undefined || columns - fixed < NARROWEST ? Number.POSITIVE_INFINITY : columns - fixed;
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(GAP)
      .trimEnd();
  const body = lines.flatMap((cells) => {
    const [first = "", ...more] = wrap(cells.at(-1) ?? "", last);
    const left = cells.slice(0, -1);
    return [line([...left, first]), ...more.map((part) => " ".repeat(fixed) + part)];
  });
  return [chalk.bold(line(titles)), ...body].map((text) => `${text}\n`).join("");
}
