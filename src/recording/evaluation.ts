import { evaluationTables } from "./evaluation-columns.ts";
import type { TableRows } from "./rows.ts";

export type EvaluationTable = keyof typeof evaluationTables;

/** The rows of the tables of `evaluate`; none of a table that the study does not ask for. */
export type EvaluationRows = { readonly [Name in EvaluationTable]: readonly TableRows[Name][] };

export const EVALUATION_TABLES = Object.keys(evaluationTables) as EvaluationTable[];

/** The same rows, those of each table changed. */
export function mapEvaluation(
  rows: EvaluationRows,
  change: <Row extends TableRows[EvaluationTable]>(rows: readonly Row[]) => readonly Row[],
): EvaluationRows {
  return {
    classes: change(rows.classes),
    calibration: change(rows.calibration),
    corruptions: change(rows.corruptions),
    weights: change(rows.weights),
    "sweet-spots": change(rows["sweet-spots"]),
  };
}

/** The rows of several studies as those of one. */
export function joinEvaluation(studies: readonly EvaluationRows[]): EvaluationRows {
  return {
    classes: studies.flatMap(({ classes }) => classes),
    calibration: studies.flatMap(({ calibration }) => calibration),
    corruptions: studies.flatMap(({ corruptions }) => corruptions),
    weights: studies.flatMap(({ weights }) => weights),
    "sweet-spots": studies.flatMap((study) => study["sweet-spots"]),
  };
}
