import type { TopLevelSpec } from "vega-lite";
import type { AcrossTasks } from "../analysis/robust/across-tasks.ts";
import { screen } from "./parts/frame.ts";
import { lineDashes, methodChannels } from "./parts/palette.ts";
import { prunedChannel } from "./parts/scales.ts";
import { config, ink, methodLegend, schema } from "./parts/theme.ts";
import { markLabel, percent } from "./parts/titles.ts";

/** Charts of several data sets together, which only a report on several results has. */

const width = 620;
const height = 300;

/** How scores are written: `0.981`. */
export const scoreText = (score: number) => score.toFixed(3);

/** Interquartile mean of the scores against sparsity, with bootstrap bands. */
export function robustMeansChart({ tasks, methods, points }: AcrossTasks): TopLevelSpec {
  const x = prunedChannel(points.map(({ sparsity }) => sparsity));
  const dashes = lineDashes(methods);
  const { color, shape } = methodChannels(methods, { legend: methodLegend(methods, screen) });
  const data = points.map(({ method, sparsity, iqm, runs }) => ({
    method,
    sparsity,
    runs,
    score: iqm.value,
    ci95_low: iqm.ci95?.low ?? null,
    ci95_high: iqm.ci95?.high ?? null,
    x: x.position(sparsity),
    line: dashes.of(method),
    label: markLabel(method, `${percent(sparsity)} pruned, ${scoreText(iqm.value)} over ${runs} runs`),
  }));
  const y = {
    type: "quantitative" as const,
    scale: { zero: false },
    axis: { title: "Interquartile mean of value over dense", tickCount: 6 },
  };
  return {
    $schema: schema,
    config,
    width,
    height,
    title: {
      text: `Across ${tasks.join("; ")}`,
      subtitle:
        "Interquartile mean over all data and seeds of each value over the dense network's, with 95% bootstrap bands. 1 is as good as dense.",
    },
    data: { values: data },
    encoding: {
      x: { field: "x", type: "quantitative", scale: x.scale, axis: x.axis },
      description: { field: "label" },
    },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: "rule", color: ink.muted, aria: false },
        encoding: { x: { value: 0 }, x2: { value: width }, y: { datum: 1 } },
      },
      {
        mark: { type: "area", opacity: 0.15, aria: false },
        encoding: { y: { ...y, field: "ci95_low" }, y2: { field: "ci95_high" }, color },
      },
      {
        mark: { type: "line", strokeWidth: 2 },
        encoding: { y: { ...y, field: "score" }, color, strokeDash: dashes.channel },
      },
      {
        mark: { type: "point", filled: true, opacity: 1, size: 46 },
        encoding: { y: { ...y, field: "score" }, color, shape },
      },
    ],
  };
}

/** Performance profiles: the share of a method's runs above each score. */
export function performanceProfilesChart({ tasks, methods, profiles }: AcrossTasks): TopLevelSpec {
  const dashes = lineDashes(methods);
  const { color } = methodChannels(methods, { legend: methodLegend(methods, screen) });
  return {
    $schema: schema,
    config,
    width,
    height,
    title: {
      text: `Performance profiles across ${tasks.join("; ")}`,
      subtitle:
        "Share of the runs at all sparsities above 0 whose value over the dense network's exceeds the score.",
    },
    data: {
      values: profiles.flatMap(({ method, points }) =>
        points.map(({ score, share }) => ({
          method,
          score,
          share,
          line: dashes.of(method),
          label: markLabel(
            method,
            `${percent(Number(share.toFixed(3)))} of the runs above ${scoreText(score)}`,
          ),
        })),
      ),
    },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 2 },
    encoding: {
      x: {
        field: "score",
        type: "quantitative",
        scale: { zero: false, nice: false },
        axis: { title: "Score: value over dense", grid: false },
      },
      y: {
        field: "share",
        type: "quantitative",
        scale: { domain: [0, 1] },
        axis: { title: "Share of runs above", format: "%" },
      },
      color,
      strokeDash: dashes.channel,
      description: { field: "label" },
    },
  };
}
