import path from "node:path";
import type { TopLevelSpec } from "vega-lite";
import { paretoFront } from "../analysis/pareto-front.ts";
import { accuracy as metric } from "../metrics/accuracy.ts";
import { measured } from "../metrics/words.ts";
import type { BenchForm, BenchRow } from "../recording/bench-rows.ts";
import { seriesStyles } from "./parts/palette.ts";
import { frontLayer } from "./parts/pareto.ts";
import { logTicks, metricChannel } from "./parts/scales.ts";
import { config, ink, schema } from "./parts/theme.ts";
import { markLabel } from "./parts/titles.ts";

/** In this order, so that each has the same shape in every chart. */
const forms: readonly BenchForm[] = ["dense", "masked", "sparse", "shrunk"];

const width = 620;
const height = 340;

/** What prune-lab bench measures a network by. */
interface Measure {
  readonly title: string;
  readonly axis: string;
  readonly of: (row: BenchRow) => number;
  readonly text: (row: BenchRow) => string;
  /** What has colors: engines where they matter, else forms. */
  readonly colored: "engine" | "form";
  /** Which of the rows it is read from. */
  readonly rows: (rows: readonly BenchRow[]) => readonly BenchRow[];
}

const compact = (value: number) => Number(value.toPrecision(3)).toLocaleString("en-US");

const latency: Measure = {
  title: "measured latency",
  axis: "Microseconds for one example, one thread, log scale",
  of: (row) => row.microseconds_per_example,
  text: (row) =>
    `${row.engine}, ${compact(row.microseconds_per_example)} us for one example (quartiles ` +
    `${compact(row.microseconds_lower_quartile)} and ${compact(row.microseconds_upper_quartile)})`,
  colored: "engine",
  rows: (rows) => rows.filter(({ batch_size }) => batch_size === 1),
};

const fileSize: Measure = {
  title: "bytes of the file",
  axis: "Size of the safetensors file after gzip -9 (kB), log scale",
  of: (row) => row.gzip_bytes / 1000,
  text: (row) => `${row.gzip_bytes.toLocaleString("en-US")} bytes after gzip`,
  colored: "form",
  // The same on every engine.
  rows: (rows) => [
    ...new Map(rows.map((row) => [JSON.stringify([row.checkpoint, row.form]), row] as const)).values(),
  ],
};

/** Accuracy against the median time of one example, with the Pareto front. Undefined without an accuracy. */
export function accuracyVsLatency(rows: readonly BenchRow[]): TopLevelSpec | undefined {
  return accuracyVsMeasured(rows, latency);
}

/** Accuracy against the bytes of the file after gzip, with the Pareto front. Undefined without an accuracy. */
export function accuracyVsFileBytes(rows: readonly BenchRow[]): TopLevelSpec | undefined {
  return accuracyVsMeasured(rows, fileSize);
}

function accuracyVsMeasured(rows: readonly BenchRow[], measure: Measure): TopLevelSpec | undefined {
  const points = measure.rows(rows).flatMap((row) => {
    const { checkpoint, form, engine, accuracy } = row;
    if (accuracy === null) return [];
    const name = nameOf(checkpoint);
    const label = markLabel(name, `${form}, ${measure.text(row)}, ${measured(metric, accuracy)}`);
    return [{ name, form, engine, cost: measure.of(row), accuracy, label }];
  });
  if (points.length === 0) return undefined;
  const y = metricChannel(
    metric,
    "Test accuracy",
    points.map(({ accuracy }) => accuracy),
  );
  const placed = points.map((point) => ({ ...point, y: y.position(point.accuracy) }));
  const front = paretoFront(placed, { cost: ({ cost }) => cost, value: ({ accuracy }) => accuracy });
  const { domain, values } = logTicks(placed.map(({ cost }) => cost));
  const shown = forms.filter((form) => points.some((point) => point.form === form));
  const engines = [...new Set(points.map(({ engine }) => engine))];
  const colored: string[] = measure.colored === "form" ? [...forms] : engines;
  const legend = { orient: "top", direction: "horizontal", symbolSize: 60, padding: 8 } as const;
  return {
    $schema: schema,
    config,
    width,
    height,
    title: {
      text: `Test accuracy against ${measure.title}`,
      subtitle:
        "Grey: the Pareto front. Up and to the left is better; the names are those of its checkpoints.",
    },
    data: { values: placed },
    encoding: {
      x: {
        field: "cost",
        type: "quantitative",
        scale: { type: "log", domain, nice: false },
        axis: { title: measure.axis, values, format: ",~g", labelOverlap: "greedy" },
      },
      y: { field: "y", type: "quantitative", scale: y.scale, axis: y.axis },
      description: { field: "label" },
    },
    layer: [
      frontLayer(front, domain[1]),
      {
        mark: { type: "point", filled: true, opacity: 1, size: 60 },
        encoding: {
          color: {
            field: measure.colored,
            type: "nominal",
            scale: { domain: colored, range: seriesStyles(colored.length).map(({ color }) => color) },
            legend: {
              ...legend,
              title: measure.colored,
              ...(measure.colored === "form" ? { values: shown } : {}),
            },
          },
          shape: {
            field: "form",
            type: "nominal",
            scale: { domain: [...forms], range: seriesStyles(forms.length).map(({ shape }) => shape) },
            legend: { ...legend, title: "form", values: shown },
          },
        },
      },
      {
        data: { values: front },
        mark: { type: "text", align: "left", dx: 8, dy: 11, fontSize: 11, color: ink.muted, aria: false },
        encoding: { text: { field: "name" } },
      },
    ],
  };
}

/** What a file is called in a picture. */
function nameOf(checkpoint: string): string {
  return path.basename(checkpoint).replace(/\.safetensors$/, "");
}
