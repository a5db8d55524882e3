import { differenceScale } from "../../metrics/difference.ts";
import { metrics, sign } from "../../metrics/registry.ts";
import { type HistoryRun, subjectKey } from "../../recording/check-history.ts";
import { holmAdjusted } from "../statistics/holm.ts";
import { changePoint, type Decline, declineOf } from "../statistics/trend.ts";

/** Values that a test looks back on. */
export const WINDOW = 20;

/**
 * A history is tested at each of its runs, so the level of a check is divided by this: of a hundred tests, each at a
 * hundredth of the level, at least one is wrong no more often than the level says.
 */
export const LOOKS = 100;

/** A point of a curve, or the area under it (with no sparsity), that got worse from run to run. */
export interface SlowDecline {
  readonly curve: string;
  readonly sparsity: number | null;
  /** Medians of the first and of the last quarter of the values, as they are shown. */
  readonly before: number;
  readonly now: number;
  /** How much worse that is, in the unit of the metric's differences. */
  readonly drop: number;
  /** One-sided, adjusted by Holm over all points and areas; significant at `level`. */
  readonly pValue: number;
  /** Runs with new values that the test looked at. */
  readonly runs: number;
  /** The first run after the most likely change. */
  readonly changedAt: Pick<HistoryRun, "date" | "commit">;
}

export interface DeclineOptions {
  /** How often, at most, a hundred runs of equal networks may raise an alarm. */
  readonly alpha: number;
  /** In the unit of the metric's differences: less is no decline. */
  readonly tolerance: number;
}

/**
 * Finds what declines slowly in a history, worst first: each point and the area of each curve of its last run, over the
 * last runs of the same subject (at most WINDOW that have new values there, since the last restart). A decline is a
 * trend that is significant at alpha / LOOKS and larger than the tolerance: see declineOf.
 *
 * Runs with the same seeds and the same code have the same values; a value that did not move is no evidence, and counts
 * once.
 */
export function slowDeclines(
  history: readonly HistoryRun[],
  { alpha, tolerance }: DeclineOptions,
): SlowDecline[] {
  const last = history.at(-1);
  if (last === undefined) return [];
  const metric = metrics.named(last.subject.metric);
  const series = seriesOf(runsToTest(history));
  const better = (values: Series["values"]) => values.map(({ value }) => sign(metric) * value);
  const tests = series.flatMap((each): TestedSeries[] => {
    const test = declineOf(better(each.values));
    return test === undefined ? [] : [{ ...each, test }];
  });
  const pValues = holmAdjusted(tests.map(({ test }) => test.pValue));
  return tests
    .flatMap(({ curve, sparsity, values, test }, i): SlowDecline[] => {
      const pValue = pValues[i] ?? 1;
      const [before, now] = [sign(metric) * test.before, sign(metric) * test.now];
      const drop = differenceScale(metric, before).factor * (before - now);
      if (pValue > alpha / LOOKS || !(drop > tolerance)) return [];
      const changed = values[changePoint(better(values))]?.run;
      if (changed === undefined) return [];
      const changedAt = { date: changed.date, commit: changed.commit };
      return [{ curve, sparsity, before, now, drop, pValue, runs: values.length, changedAt }];
    })
    .sort((a, b) => b.drop - a.drop);
}

/** The runs of the last one's subject, from the last restart on. */
export function runsToTest(history: readonly HistoryRun[]): HistoryRun[] {
  const last = history.at(-1);
  if (last === undefined) return [];
  const same = history.filter((run) => subjectKey(run) === subjectKey(last));
  return same.slice(
    Math.max(
      0,
      same.findLastIndex(({ restart }) => restart),
    ),
  );
}

interface Series {
  readonly curve: string;
  readonly sparsity: number | null;
  /** The last ones that are not what the one before them was. */
  readonly values: readonly { readonly value: number; readonly run: HistoryRun }[];
}

interface TestedSeries extends Series {
  readonly test: Decline;
}

/** Of each point and area of the last run. */
function seriesOf(runs: readonly HistoryRun[]): Series[] {
  return (runs.at(-1)?.curves ?? []).flatMap(({ curve, points }) => {
    const grid = gridOf(points);
    const items = [null, ...points.map(([sparsity]) => sparsity)];
    return items.map((sparsity): Series => {
      const known = runs.flatMap((run) => {
        const of = run.curves.find((other) => other.curve === curve);
        // An area over other sparsities is another measure.
        const value =
          sparsity === null
            ? of !== undefined && gridOf(of.points) === grid
              ? of.area
              : undefined
            : of?.points.find(([at]) => at === sparsity)?.[1];
        return typeof value === "number" ? [{ value, run }] : [];
      });
      const moved = known.filter(({ value }, i) => value !== known[i - 1]?.value);
      return { curve, sparsity, values: moved.slice(-WINDOW) };
    });
  });
}

function gridOf(points: HistoryRun["curves"][number]["points"]): string {
  return points.map(([sparsity]) => sparsity).join();
}
