import type { PublishedPoint } from "../../recording/published-points.ts";
import { ink } from "./theme.ts";
import { percent } from "./titles.ts";

/** A figure of a paper, as a chart of accuracies has it. */
export interface PublishedMark {
  readonly paper: string;
  readonly sparsity: number;
  /** Accuracy, as a fraction. */
  readonly mean: number;
  readonly label: string;
}

/** The figures of pruned networks: a dense one has its own place in a chart. */
export function publishedMarks(published: readonly PublishedPoint[]): PublishedMark[] {
  return published
    .filter(({ kept }) => kept < 1)
    .map(({ paper, method, kept, error }) => ({
      paper,
      sparsity: 1 - kept,
      mean: 1 - Number(error) / 100,
      label: `${paper}: ${method}, ${percent(1 - kept)} pruned, ${error}% error`,
    }));
}

const shapes = ["diamond", "square", "triangle-up", "circle", "triangle-down", "cross", "triangle-right"];

/** Height of a line of the legend, in pixels. */
const LINE = 17;

interface PublishedFrame {
  /** Positions on the scales of the chart. */
  readonly x: (sparsity: number) => number;
  readonly y: (mean: number) => number;
  /** The position so many pixels above the bottom of the plot. */
  readonly above: (pixels: number) => number;
  /** Pixels at the bottom that others need. */
  readonly taken: number;
}

/**
 * Hollow marks, a shape for each paper, and in the corner that curves leave free what they are; no layers without any.
 * Their shapes pass by the scale of the methods' shapes, which all layers share.
 */
export function publishedLayers(marks: readonly PublishedMark[], frame: PublishedFrame) {
  const papers = [...new Set(marks.map(({ paper }) => paper))];
  if (papers.length === 0) return [];
  const shapeOf = (paper: string) => shapes[papers.indexOf(paper) % shapes.length];
  const hollow = {
    mark: {
      type: "point",
      filled: false,
      color: ink.muted,
      opacity: 0.85,
      size: 42,
      strokeWidth: 1.1,
    },
    shape: { field: "shape", type: "nominal", scale: null },
  } as const;
  const points = marks.map((mark) => ({
    ...mark,
    shape: shapeOf(mark.paper),
    x: frame.x(mark.sparsity),
    y: frame.y(mark.mean),
  }));
  const legend = papers.map((paper, i) => ({
    paper,
    shape: shapeOf(paper),
    label: `${paper}: published`,
    y: frame.above(frame.taken + 8 + LINE * (papers.length - 1 - i)),
  }));
  return [
    { data: { values: points }, mark: hollow.mark, encoding: { shape: hollow.shape } },
    { data: { values: legend }, mark: hollow.mark, encoding: { shape: hollow.shape, x: { value: 9 } } },
    {
      data: { values: legend },
      mark: {
        type: "text" as const,
        align: "left" as const,
        baseline: "middle" as const,
        fontSize: 12,
        color: ink.muted,
      },
      encoding: { x: { value: 18 }, text: { field: "paper" } },
    },
  ];
}
