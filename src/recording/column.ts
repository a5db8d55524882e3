/**
 * How a cell is written: text as it is; integers without decimals; figures, which are measured or computed,
 * with 6 decimals; amounts, which may be of any magnitude, with 6 decimals or 6 significant digits, whichever is more;
 * settings, which the config gives (0.9), in their shortest form.
 */
export type CellFormat = "text" | "integer" | "figure" | "amount" | "setting";

export interface Column<Format extends CellFormat = CellFormat> {
  readonly format: Format;
  /** One line; docs/results.md prints it. */
  readonly meaning: string;
}

type OptionalKey<Row> = { [Key in keyof Row]-?: undefined extends Row[Key] ? Key : never }[keyof Row];

type ColumnsOf<Row, Key extends keyof Row> = {
  readonly [Each in Key]: Column<
    NonNullable<Row[Each]> extends string ? "text" : Exclude<CellFormat, "text">
  >;
};

/** The columns of a table by name, in the order of the file. A key of the row without a column is a type error. */
export type Columns<Row> = ColumnsOf<Row, Exclude<keyof Row, OptionalKey<Row>>>;

/** Columns that stand in a table together or not at all, for keys that a row may lack. */
export type OptionalColumns<Row> = Partial<ColumnsOf<Row, OptionalKey<Row>>>;

/** Columns of any table. */
export type ColumnSet = Readonly<Record<string, Column>>;

export const text = (meaning: string): Column<"text"> => ({ format: "text", meaning });
export const integer = (meaning: string): Column<"integer"> => ({ format: "integer", meaning });
export const figure = (meaning: string): Column<"figure"> => ({ format: "figure", meaning });
export const amount = (meaning: string): Column<"amount"> => ({ format: "amount", meaning });
export const setting = (meaning: string): Column<"setting"> => ({ format: "setting", meaning });

export const study = text("Name of the study, as in the config.");
export const method = text("Name of the pruning method.");
export const seed = integer("Seed of the run: initial weights, data order, random pruning.");
export const targetSparsity = setting(
  "Sparsity asked for: the fraction of the prunable weights to remove, 0 to 1; of a constructed network its own.",
);
