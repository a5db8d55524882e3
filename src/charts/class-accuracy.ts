import type { TopLevelSpec } from "vega-lite";
import { meanInterval } from "../analysis/statistics/mean-interval.ts";
import { greatestOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { Chart, ChartData } from "./chart.ts";
import { axisTitle } from "./labels.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { config, diverging, facetColumns, ink, schema } from "./parts/theme.ts";
import { count, markLabel, percent, subject } from "./parts/titles.ts";

/** Panels beside each other are read as one; more of them are small. */
const MOST_PANELS = 6;

export const classAccuracyChart: Chart = {
  name: "class-accuracy",
  mostSparsities: 10,
  summary:
    "What pruning costs each class: accuracy after recovery minus that of the dense network, a panel a method.",
  caption:
    "Pruning does not take from all classes alike: a mean that stands may hide a class that falls (Hooker et al. 2019). classes.csv has every class of every seed.",
  colors: "heat",
  draw: classAccuracy,
};

/**
 * Change of the accuracy of each class from the dense network, in percentage points, the mean over the seeds: a row a
 * class, a column a sparsity, a panel a method. Undefined unless the classes were measured.
 */
export function classAccuracy(
  { results, evaluation, labels }: Pick<ChartData, "results" | "evaluation" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const rows = evaluation?.classes ?? [];
  const changes = rows.flatMap(({ accuracy, baseline_accuracy, ...row }) =>
    accuracy === null || baseline_accuracy === null
      ? []
      : [{ ...row, accuracy, change: 100 * (accuracy - baseline_accuracy) }],
  );
  const cells = [
    ...groupBy(changes, (row) => JSON.stringify([row.method, row.target_sparsity, row.class])).values(),
  ].flatMap((seeds) => {
    const [first] = seeds;
    const change = meanInterval(seeds.map((row) => row.change)).mean;
    const accuracy = meanInterval(seeds.map((row) => row.accuracy)).mean;
    if (first === undefined || change === null || accuracy === null) return [];
    return [{ method: first.method, sparsity: first.target_sparsity, class: first.class, change, accuracy }];
  });
  const methods = [...new Set(cells.map(({ method }) => method))].slice(0, MOST_PANELS);
  const shown = cells.filter(({ method }) => methods.includes(method));
  if (shown.length === 0) return undefined;

  const sparsities = [...new Set(shown.map(({ sparsity }) => sparsity))].sort((a, b) => a - b);
  const classes = [...new Set(shown.map((cell) => cell.class))].sort((a, b) => a - b);
  const most = Math.max(1, greatestOf(shown.map(({ change }) => Math.abs(change))));
  const { negative, middle, positive } = diverging;
  const rowHeight = classes.length > 12 ? 15 : 22;
  const seeds = new Set(rows.map((row) => row.seed)).size;
  return {
    $schema: schema,
    config,
    title: {
      text: `Accuracy of each class against the dense network: ${subject(results)}`,
      subtitle: `Percentage points, ${seeds === 1 ? "one seed" : `mean of ${count(seeds, "seed")}`}; orange loses, blue gains`,
    },
    data: {
      values: shown.map((cell) => ({
        ...cell,
        sparsity: percent(cell.sparsity),
        // Without the sign of what rounds to nothing.
        text: cell.change.toFixed(1).replace(/^-(0\.0)$/, "$1"),
        label: markLabel(
          cell.method,
          `class ${cell.class}, ${percent(cell.sparsity)} pruned: ${(100 * cell.accuracy).toFixed(2)}%, ${cell.change < 0 ? "" : "+"}${cell.change.toFixed(2)} points`,
        ),
      })),
    },
    facet: { field: "method", type: "nominal", sort: methods, header: { title: null } },
    columns: Math.min(facetColumns(methods.length, frame), 3),
    spacing: 24,
    spec: {
      width: plotSize(frame, 46, rowHeight, 0.75).width * sparsities.length,
      height: rowHeight * classes.length,
      encoding: {
        x: {
          field: "sparsity",
          type: "ordinal",
          sort: sparsities.map(percent),
          axis: {
            title: axisTitle(labels, "sparsity", "Weights pruned"),
            labelAngle: 0,
            grid: false,
            domain: false,
            ticks: false,
          },
        },
        y: { field: "class", type: "ordinal", sort: classes, axis: { title: "Class", grid: false } },
        description: { field: "label" },
      },
      layer: [
        {
          mark: { type: "rect", stroke: "white", strokeWidth: 1 },
          encoding: {
            color: {
              field: "change",
              type: "quantitative",
              scale: {
                domain: [-most, 0, most],
                range: [negative[3], middle, positive[3]],
              },
              legend: null,
            },
          },
        },
        {
          mark: { type: "text", fontSize: classes.length > 12 ? 9 : 11, color: ink.text },
          encoding: { text: { field: "text" } },
        },
      ],
    },
  };
}
