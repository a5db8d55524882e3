import type { CheckReport } from "../analysis/gate/check.ts";
import { distinct, type MatchedPoint } from "../analysis/gate/match-points.ts";
import { runsToTest, type SlowDecline, slowDeclines } from "../analysis/gate/slow-decline.ts";
import { areaSubject, curveLabels } from "../analysis/gate/subjects.ts";
import { meanInterval } from "../analysis/statistics/mean-interval.ts";
import { shownValues } from "../analysis/statistics/seed-values.ts";
import { inputError } from "../foundations/errors.ts";
import { groupBy } from "../foundations/group-by.ts";
import { contentHash } from "../foundations/hash.ts";
import type { Metric } from "../metrics/metric.ts";
import { metrics } from "../metrics/registry.ts";
import {
  appendRun,
  type HistoryCurve,
  type HistoryRun,
  isRepeated,
  readHistory,
} from "../recording/check-history.ts";
import { pointKey } from "../recording/results-reader.ts";
import type { ResultRow } from "../recording/rows.ts";

export interface HistoryOptions {
  /** A file of JSON lines, one a run; it is made where there is none. */
  readonly file: string;
  /** Accept what declined so far: tests begin with this run. */
  readonly restart?: boolean | undefined;
  /** Id of the commit that is checked (default: what the CI server says). */
  readonly commit?: string | null | undefined;
  /** When the check was made (default: SOURCE_DATE_EPOCH, or now). Only for readers. */
  readonly date?: Date | undefined;
}

/** What a history says together with the run that was added to it. */
export interface HistoryReport {
  readonly file: string;
  /** Whether a line was written: not for a re-run, whose figures are there already. */
  readonly added: boolean;
  /** Runs of the same data, model, seeds and metric that were tested, this one included. */
  readonly runs: number;
  /** Worst first. */
  readonly declines: readonly SlowDecline[];
}

/** A history that was read, so that it is refused before anything is computed. */
export interface OpenHistory {
  /** Tests the history with this run as its last one, then adds the run to the file. */
  add(rows: readonly ResultRow[], report: CheckReport): Promise<HistoryReport>;
}

/** Throws a PruneLabError of kind `input` for a file that is no history. */
export async function openHistory(options: HistoryOptions): Promise<OpenHistory> {
  const { file, restart = false } = options;
  const earlier = await readHistory(file);
  const date = (options.date ?? dateOfEnvironment()).toISOString();
  const commit = options.commit ?? commitOfEnvironment();
  return {
    add: async (rows, report) => {
      const run: HistoryRun = {
        tool: "prune-lab",
        history: 1,
        date,
        commit,
        restart,
        ...measuresOf(rows, report),
      };
      const repeated = !restart && isRepeated(run, earlier);
      const history = repeated ? earlier : [...earlier, run];
      const { alpha, tolerance } = report.options;
      const declines = slowDeclines(history, { alpha, tolerance });
      if (!repeated) await appendRun(file, run);
      return { file, added: !repeated, runs: runsToTest(history).length, declines };
    },
  };
}

function measuresOf(
  rows: readonly ResultRow[],
  report: CheckReport,
): Pick<HistoryRun, "results" | "subject" | "study" | "verdict" | "curves"> {
  const metric = metrics.named(report.metric);
  const [first] = rows;
  if (first === undefined) throw inputError(`${report.results} has no rows.`);
  const of = (column: "dataset" | "model") => distinct(rows.map((row) => row[column])).join(", ");
  return {
    results: contentHash(rows),
    subject: {
      dataset: of("dataset"),
      test_examples: first.test_examples,
      model: of("model"),
      parameters: first.parameters,
      dense_macs: first.dense_macs,
      seeds: distinct(rows.map(({ seed }) => seed)).sort((a, b) => a - b),
      metric: metric.name,
    },
    study: first.study,
    verdict: report.verdict,
    curves: curvesOf(rows, report, metric),
  };
}

function curvesOf(rows: readonly ResultRow[], report: CheckReport, metric: Metric): HistoryCurve[] {
  const items = report.items.filter((item) => item.metric === metric.name);
  const points = [...groupBy(rows, pointKey).values()].flatMap((of): MatchedPoint[] => {
    const [key] = of;
    return key === undefined ? [] : [{ key, baseline: [], results: of }];
  });
  const label = curveLabels(points);
  return [...groupBy(points, ({ key }) => label(key))].map(([curve, ofCurve]): HistoryCurve => {
    const drops = items.flatMap((item) =>
      item.curve === curve && item.sparsity !== null && item.drop !== null
        ? [{ sparsity: item.sparsity, drop: figure(item.drop) }]
        : [],
    );
    const [area] = areaSubject(curve, ofCurve, metric);
    const mean = area === undefined ? null : meanInterval([...area.shown.results.values()]).mean;
    return {
      curve,
      area: mean === null ? null : figure(mean),
      worst: drops.sort((a, b) => b.drop - a.drop)[0] ?? null,
      points: ofCurve
        .toSorted((a, b) => a.key.target_sparsity - b.key.target_sparsity)
        .flatMap(({ key, results }): [number, number][] => {
          const { mean } = meanInterval([...shownValues(results, metric).values()]);
          return mean === null ? [] : [[key.target_sparsity, figure(mean)]];
        }),
    };
  });
}

/** With as many decimals as tables have, so that equal figures are equal. */
function figure(value: number): number {
  return Number(value.toFixed(6));
}

/** Where CI servers put the id of the commit: GitHub and Gitea, GitLab, Jenkins, CircleCI, Azure, Buildkite, Bitbucket, Drone. */
const COMMIT_VARIABLES = [
  "GITHUB_SHA",
  "CI_COMMIT_SHA",
  "GIT_COMMIT",
  "CIRCLE_SHA1",
  "BUILD_SOURCEVERSION",
  "BUILDKITE_COMMIT",
  "BITBUCKET_COMMIT",
  "DRONE_COMMIT_SHA",
];

function commitOfEnvironment(): string | null {
  const named = COMMIT_VARIABLES.map((variable) => process.env[variable]);
  return named.find((commit) => commit) ?? null;
}

/** https://reproducible-builds.org/docs/source-date-epoch/ */
function dateOfEnvironment(): Date {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given === undefined || given === "") return new Date();
  const date = new Date(1000 * Number(given));
  if (!/^\d{1,12}$/.test(given) || Number.isNaN(date.getTime())) {
    throw inputError(`SOURCE_DATE_EPOCH is '${given}', not a number of seconds since 1970.`);
  }
  return date;
}
