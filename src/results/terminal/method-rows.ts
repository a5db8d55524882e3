import type { ChalkInstance } from "chalk";
import type { Column } from "./closing-table.ts";

/** A method that has one point only: at what sparsity it stands, and its columns, each of one cell. */
export interface MethodRow {
  readonly method: string;
  readonly label: string;
  readonly columns: readonly Column[];
}

const GAP = "  ";

/** A row a method, for methods that have no sparsity in common: side by side they would be empty cells for the most part. */
export function methodRows(rows: readonly MethodRow[], styles: ChalkInstance): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const table = [
    { method: "method", label: "pruned", texts: first.columns.map(({ heading }) => heading) },
    ...rows.map(({ method, label, columns }) => ({
      method,
      label,
      texts: columns.map(({ cells }) => cells[0]?.text ?? ""),
    })),
  ];
  const width = (of: (row: (typeof table)[number]) => string | undefined) =>
    Math.max(...table.map((row) => (of(row) ?? "").length));
  const methodWidth = width((row) => row.method);
  const labelWidth = width((row) => row.label);
  const widths = first.columns.map((_, i) => width((row) => row.texts[i]));
  return table.map(({ method, label, texts }, row) => {
    const style = (i: number) => {
      if (row === 0) return styles.dim;
      return rows[row - 1]?.columns[i]?.cells[0]?.best ? styles.green : String;
    };
    const cells = texts.map((text, i) => style(i)(text) + " ".repeat((widths[i] ?? 0) - text.length));
    const head = row === 0 ? styles.dim(method) : styles.bold(method);
    const name = head + " ".repeat(methodWidth - method.length);
    return [name, label.padStart(labelWidth), ...cells].join(GAP).trimEnd();
  });
}
