import { mapEvaluation } from "../../recording/evaluation.ts";
import type { ChartData } from "../chart.ts";

/** More than this a chart does not tell apart. */
const MOST_METHODS = 32;
/** Of methods times sparsities: a picture with more marks is slow to open, and its marks cover each other. */
const MOST_POINTS = 1000;
const MOST_SPARSITIES = 100;

export interface LimitedData {
  readonly data: ChartData;
  /** What was left out, in a sentence; undefined where nothing was. */
  readonly note: string | undefined;
}

/**
 * As much of the data as a picture can show: the first methods, and of the sparsities as many as that leaves room for (or
 * the chart has, such as one a panel), evenly spread over their ranks with both ends.
 */
export function withinLimits(data: ChartData, mostSparsities = MOST_SPARSITIES): LimitedData {
  const methods = new Set(data.results.map((row) => row.method));
  const sparsities = new Set(data.results.map((row) => row.target_sparsity));
  const shownMethods = new Set([...methods].slice(0, MOST_METHODS));
  const room = Math.min(mostSparsities, Math.floor(MOST_POINTS / shownMethods.size));
  const shownSparsities = new Set(
    evenlySpread(
      [...sparsities].sort((a, b) => a - b),
      room,
    ),
  );
  const left = [
    ...(shownMethods.size < methods.size
      ? [`the first ${shownMethods.size} of ${whole(methods.size)} methods`]
      : []),
    ...(shownSparsities.size < sparsities.size
      ? [`${shownSparsities.size} of ${whole(sparsities.size)} sparsities`]
      : []),
  ];
  if (left.length === 0) return { data, note: undefined };
  const shown = (method: string | null, sparsity: number | null) =>
    (method === null || shownMethods.has(method)) && (sparsity === null || shownSparsities.has(sparsity));
  const ofRow = (row: { readonly method: string | null; readonly target_sparsity: number | null }) =>
    shown(row.method, row.target_sparsity);
  return {
    data: {
      ...data,
      results: data.results.filter(ofRow),
      layers: data.layers.filter(ofRow),
      history: data.history.filter(ofRow),
      snapshots: data.snapshots && { ...data.snapshots, points: data.snapshots.points.filter(ofRow) },
      evaluation: data.evaluation && mapEvaluation(data.evaluation, (rows) => rows.filter(ofRow)),
    },
    note: `Shown: ${left.join(", ")}`,
  };
}

/** So many of the values at most, the first and the last among them. */
function evenlySpread<Value>(values: readonly Value[], most: number): Value[] {
  if (values.length <= most) return [...values];
  return Array.from(
    { length: most },
    (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))] as Value,
  );
}

const whole = (value: number) => value.toLocaleString("en-US");
