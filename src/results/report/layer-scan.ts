import { layerTolerances } from "../../analysis/layer-scan.ts";
import { percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { differenceText } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { listed } from "./parts.ts";

/** What each layer bears alone, a sentence a method; nothing for what is no scan by layer, or has no dense control. */
export function layerScanSentences(rows: readonly ResultRow[]): string[] {
  if (!rows.some((row) => row.layer != null && row.target_sparsity === 0)) return [];
  const metric = primaryMetric(rows);
  const margin = differenceText(metric, metric.difference.margin);
  return [...groupBy(layerTolerances(rows, metric), ({ method }) => method)].map(([method, layers]) => {
    const parts = layers.map(({ layer, sparsity }) =>
      sparsity === null ? `${layer} at none of the sparsities` : `${layer} up to ${percent(sparsity)}`,
    );
    return `Layer by layer, the others whole, ${method} stays within ${margin} of the dense control on average: ${listed(parts)}; the first is the most sensitive.`;
  });
}
