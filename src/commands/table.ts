import chalk from "chalk";
import { printableLine } from "../foundations/printable.ts";

/** Rows under a header, in aligned columns two spaces apart; every line ends with a newline. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const [titles = [], ...lines] = [header, ...rows].map((row) => row.map(printableLine));
  const widths = titles.map((title, i) =>
    lines.reduce((widest, row) => Math.max(widest, row[i]?.length ?? 0), title.length),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [chalk.bold(line(titles)), ...lines.map(line)].map((text) => `${text}\n`).join("");
}
