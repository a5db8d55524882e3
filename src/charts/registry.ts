import { Registry } from "../foundations/registry.ts";
import { accuracyHeatmapChart } from "./accuracy-heatmap.ts";
import { accuracyVsMacsChart, accuracyVsSizeChart, accuracyVsTrainingChart } from "./accuracy-vs-cost.ts";
import { accuracyVsSparsityChart, ownMetricVsSparsity } from "./accuracy-vs-sparsity.ts";
import type { Chart, ChartData } from "./chart.ts";
import { classAccuracyChart } from "./class-accuracy.ts";
import { corruptionsChart } from "./corruptions.ts";
import { finetuningChart } from "./finetuning.ts";
import { layerHistogramsChart } from "./layer-histograms.ts";
import { layerSensitivityChart } from "./layer-sensitivity.ts";
import { layerSparsityChart } from "./layer-sparsity.ts";
import { maskBlocksChart } from "./mask-blocks.ts";
import { metricBarsChart } from "./metric-bars.ts";
import { metricVsOptionChart } from "./metric-vs-option.ts";
import { recoveryChart } from "./recovery.ts";
import { reliabilityChart } from "./reliability.ts";
import { shrunkNetworkChart } from "./shrunk-network.ts";
import { sparsityBarsChart } from "./sparsity-bars.ts";
import { sparsityByMetricChart } from "./sparsity-by-metric.ts";
import { weightDensitiesChart } from "./weight-densities.ts";
import { weightDistributionChart } from "./weight-distribution.ts";
import { weightHistogramsChart } from "./weight-histograms.ts";
import { weightMagnitudesChart } from "./weight-magnitudes.ts";
import { weightValuesChart } from "./weight-values.ts";

/** Every chart, in the order of the report; plugins add to them. */
export const charts = new Registry<Chart>("chart", [
  accuracyVsSparsityChart,
  accuracyVsSizeChart,
  accuracyVsMacsChart,
  accuracyVsTrainingChart,
  accuracyHeatmapChart,
  metricBarsChart,
  sparsityByMetricChart,
  metricVsOptionChart,
  recoveryChart,
  finetuningChart,
  classAccuracyChart,
  reliabilityChart,
  corruptionsChart,
  layerSensitivityChart,
  layerSparsityChart,
  shrunkNetworkChart,
  sparsityBarsChart,
  weightDistributionChart,
  weightHistogramsChart,
  layerHistogramsChart,
  weightDensitiesChart,
  weightMagnitudesChart,
  weightValuesChart,
  maskBlocksChart,
]);

/** The charts that are drawn of some data: behind the first, one for each metric of the user's own. */
export function chartsOf({ metrics = [] }: Pick<ChartData, "metrics">): readonly Chart[] {
  return charts
    .list()
    .flatMap((chart) =>
      chart === accuracyVsSparsityChart ? [chart, ...metrics.map(ownMetricVsSparsity)] : [chart],
    );
}
