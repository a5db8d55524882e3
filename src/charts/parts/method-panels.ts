import type { Labels } from "../../experiment/options.ts";
import { type Frame, isPrinted, plotSize } from "./frame.ts";
import { methodChannels } from "./palette.ts";
import { facetColumns, ink } from "./theme.ts";

/** More lines than this cannot be told apart in one plot. */
export const MOST_TOGETHER = 16;

/** A place on a method's line, with the ends of its band. */
interface PanelPoint {
  readonly method: string;
  readonly stage: string;
  readonly collapsed: number;
  readonly x: number;
  readonly y: number | null;
}

/** A channel with an axis, which all panels share. */
interface PanelChannel {
  readonly field: string;
  readonly type: "quantitative";
  readonly axis: { readonly title: string };
}

interface PanelsOptions<X, Y> {
  readonly methods: readonly string[];
  readonly labels: Labels | undefined;
  readonly frame: Frame;
  readonly points: readonly PanelPoint[];
  /** The stage whose lines are drawn through; those of the others are dotted. */
  readonly afterStage: string;
  /** Positions of the dense networks. */
  readonly rules: readonly { readonly y: number; readonly dashed: boolean; readonly label: string }[];
  readonly collapsedShape: string;
  readonly x: X;
  readonly y: Y;
}

/**
 * Small multiples in place of one plot: a panel for each method, with the lines of all others behind it in grey. On the
 * screen the caller says what the axes are: their titles are longer than a panel.
 */
export function methodPanels<X extends PanelChannel, Y extends PanelChannel>({
  methods,
  labels,
  frame,
  points,
  afterStage,
  rules,
  collapsedShape,
  ...channels
}: PanelsOptions<X, Y>) {
  const titled = <Channel extends PanelChannel>(channel: Channel) => ({
    ...channel,
    axis: { ...channel.axis, title: isPrinted(frame) ? channel.axis.title : null },
  });
  const [x, y] = [titled(channels.x), titled(channels.y)];
  const { width, height } = plotSize(frame, 150, 110, 0.7);
  const { color, shape } = methodChannels(methods, { labels, legend: null });
  const behind = points
    .filter((point) => point.stage === afterStage && point.y !== null)
    .map(({ method, x, y }) => ({ line: method, x, y }));
  const isAfter = `datum.stage === '${afterStage}'`;
  const line = <Line extends object>(encoding: Line) => ({ x, y, ...encoding });
  return {
    data: { values: [...points] },
    facet: { field: "method", type: "nominal" as const, sort: [...methods], header: { title: null } },
    columns: facetColumns(methods.length, frame),
    spacing: { row: 14, column: 18 },
    spec: {
      width,
      height,
      layer: [
        {
          data: { values: behind },
          mark: { type: "line" as const, color: ink.front, strokeWidth: 1 },
          encoding: line({ detail: { field: "line" }, description: { value: "the other methods" } }),
        },
        {
          data: { values: [...rules] },
          mark: { type: "rule" as const, color: ink.muted, strokeWidth: 0.8 },
          encoding: {
            y,
            strokeDash: { condition: { test: "datum.dashed", value: [2, 3] }, value: [1, 0] },
            description: { field: "label" },
          },
        },
        {
          transform: [{ filter: isAfter }],
          mark: { type: "area" as const, opacity: 0.18 },
          encoding: line({ y: { ...y, field: "y_low" }, y2: { field: "y_high" }, color }),
        },
        {
          mark: { type: "line" as const },
          encoding: line({
            color,
            detail: { field: "stage" },
            strokeDash: { condition: { test: isAfter, value: [1, 0] }, value: [2, 3] },
            strokeWidth: { condition: { test: isAfter, value: 2 }, value: 1.2 },
            description: { field: "label" },
          }),
        },
        {
          transform: [{ filter: `${isAfter} && datum.y !== null` }],
          mark: { type: "point" as const, filled: true, opacity: 1 },
          encoding: line({
            color,
            size: { condition: { test: "datum.collapsed > 0", value: 60 }, value: 22 },
            shape: { condition: { test: "datum.collapsed > 0", value: collapsedShape }, ...shape },
            description: { field: "label" },
          }),
        },
      ],
    },
  };
}
