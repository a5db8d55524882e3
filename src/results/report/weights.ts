import { percent } from "../../charts/parts/titles.ts";
import { blockShape, NEAR_ZERO, type TensorSnapshot } from "../../experiment/weights-snapshot.ts";
import { sizeOf } from "../../network/shapes.ts";
import type { Snapshots } from "../../recording/snapshots.ts";
import { dataElement, type Html, html } from "./html.ts";

/**
 * The section that shows the weights of any one run of the first seed, drawn by the page's script from the record
 * that goes with it.
 */
export function weightsSection(snapshots: Snapshots, methods: readonly string[]): Html {
  const points = snapshots.points.filter((point) => point.target_sparsity > 0);
  const sparsities = [...new Set(points.map((point) => percent(point.target_sparsity)))];
  const shown = sparsities.includes("90%") ? "90%" : sparsities.at(-1);
  const options = (values: readonly string[], selected?: string) =>
    values.map((value) =>
      value === selected ? html`<option selected>${value}</option>` : html`<option>${value}</option>`,
    );
  const record = {
    nearZero: NEAR_ZERO,
    before: snapshots.before?.tensors.map(compact) ?? [],
    points: points.map((point) => ({
      method: point.method,
      series: methods.indexOf(point.method),
      sparsity: percent(point.target_sparsity),
      after: point.after.tensors.map(compact),
    })),
  };
  return html`<section id="weights" aria-labelledby="weights-title">
<h2 id="weights-title">The weights of one run</h2>
<form>
<label>Method<select id="weights-method">${options([...new Set(points.map(({ method }) => method))])}</select></label>
<label>Pruned<select id="weights-sparsity">${options(sparsities, shown)}</select></label>
</form>
<p class="hint">Seed ${snapshots.seed}: histograms of the weights that are not 0, each to its own height; after
pruning also the first 64 x 64 weights, filled where they are not 0 (rows are output units).</p>
<div id="weights-panels"></div>
${dataElement("weights-data", record)}
</section>`;
}

/** What the script draws: all but the sample. */
function compact(tensor: TensorSnapshot) {
  const { name, limit, histogram, nonzero, nearZero, block } = tensor;
  return {
    name,
    limit,
    histogram,
    nonzero,
    nearZero,
    block,
    size: sizeOf(tensor.shape),
    ...blockShape(tensor.shape),
  };
}
