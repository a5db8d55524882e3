import chalk from "chalk";

/** Rows under a header, in aligned columns two spaces apart; every line ends with a newline. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [chalk.bold(line(header)), ...rows.map(line)].map((text) => `${text}\n`).join("");
}
