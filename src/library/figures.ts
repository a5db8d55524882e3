import path from "node:path";
import { drawFigures, labelPoints } from "../charts/rendering/figure.ts";
import { writeFileAtomic } from "../foundations/atomic-file.ts";
import { createFolder } from "../foundations/create-folder.ts";
import { inputError } from "../foundations/errors.ts";
import { explainWriteError } from "../recording/write-error.ts";
import { overlay } from "../results/report/overlay.ts";
import { readStudies } from "./report.ts";

export interface FigureOptions {
  /** The folder to write into; made where there is none. */
  readonly out: string;
  /** Width of a figure: `3.25in`, `84mm`, `8.4cm` or `240pt` (default: 3.25in, a column of a two-column paper). */
  readonly width?: string | undefined;
}

export interface WrittenFigure {
  readonly file: string;
  /** Size of the labels, in points. */
  readonly textPoints: number;
  /** Undefined unless the chart was too wide for text of full size and is shrunk: the width that has room, in points. */
  readonly widthNeeded: number | undefined;
}

const pointsPerUnit = { pt: 1, in: 72, cm: 72 / 2.54, mm: 72 / 25.4 } as const;

/** In points: what no chart has room in, and more than any paper. */
const narrowest = 108;
const widest = 2880;

/**
 * Draws the charts of recorded results for a paper: a PDF each, of this width, with its text in 8 points and its font in
 * it. Of several results the charts lay them over each other.
 *
 * Throws a PruneLabError of kind `input` for results that cannot be read, and for a width that is none.
 */
export async function figures(
  results: readonly string[],
  { out, width = "3.25in" }: FigureOptions,
): Promise<WrittenFigure[]> {
  const points = pointsOf(width);
  const studies = await readStudies(results);
  const drawn = await drawFigures(overlay(studies), points);
  const written: WrittenFigure[] = [];
  try {
    await createFolder(out);
    for (const { chart, pdf, textPoints, widthNeeded } of drawn) {
      const file = path.join(out, `${chart.name}.pdf`);
      await writeFileAtomic(file, pdf);
      const shrunk = textPoints < 0.97 * labelPoints;
      written.push({ file, textPoints, widthNeeded: shrunk ? widthNeeded : undefined });
    }
  } catch (error) {
    throw explainWriteError(error, out);
  }
  return written;
}

function pointsOf(width: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*(pt|in|cm|mm)$/.exec(width) ?? [];
  const points = Number(amount) * pointsPerUnit[unit as keyof typeof pointsPerUnit];
  if (points >= narrowest && points <= widest) return points;
  throw inputError(
    amount === undefined
      ? `--width: '${width}' is no width. Write a number and pt, in, cm or mm: 3.25in, 84mm.`
      : `--width: ${width} is out of range: from 1.5in to 40in.`,
  );
}
