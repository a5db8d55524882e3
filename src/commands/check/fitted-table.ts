import { printableLine } from "../../foundations/printable.ts";

/** Columns that a narrow terminal goes without, the first of them first, by how their headings begin. */
const DISPENSABLE = ["by", "detectable", "p", "baseline", "now"];

const GAP = 2;
const SHORTEST_NAME = 8;

/** A table, whose first column holds names, in at most so many columns of text: some are left out, then names cut. */
export function fitted(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): { readonly header: readonly string[]; readonly cells: readonly (readonly string[])[] } {
  const shown = rows.map((row) => row.map(printableLine));
  const widths = header.map((title, i) =>
    shown.reduce((widest, row) => Math.max(widest, row[i]?.length ?? 0), title.length),
  );
  const kept = new Set(header.keys());
  const width = () => [...kept].reduce((sum, i) => sum + (widths[i] ?? 0), GAP * (kept.size - 1));
  for (const name of DISPENSABLE) {
    if (width() <= columns) break;
    kept.delete(header.findIndex((title) => title === name || title.startsWith(`${name} `)));
  }
  const longest = Math.max(SHORTEST_NAME, (widths[0] ?? 0) - Math.max(0, width() - columns));
  const pick = (row: readonly string[]) =>
    [...kept].map((i) => (i === 0 ? shortened(row[i] ?? "", longest) : (row[i] ?? "")));
  return { header: pick(header), cells: shown.map(pick) };
}

/** Cut in the middle: names of methods often begin alike. */
function shortened(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const end = Math.floor((longest - 1) / 2);
  return `${name.slice(0, longest - 1 - end)}…${name.slice(name.length - end)}`;
}
