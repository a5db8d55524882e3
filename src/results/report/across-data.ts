import { type AcrossTasks, acrossTasks, type Task } from "../../analysis/robust/across-tasks.ts";
import type { Estimate } from "../../analysis/robust/bootstrap.ts";
import { performanceProfilesChart, robustMeansChart, scoreText } from "../../charts/across-data.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { drawSvg } from "../../charts/rendering/render.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import type { ComparableStudies } from "./comparable.ts";
import { figureHtml } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { listed } from "./parts.ts";
import { type Cell, sortable } from "./tables.ts";

/**
 * What the same methods are worth on several sets of data together: undefined where no two sets have methods and
 * sparsities in common. Where a set has several networks, each is a task of its own. Its methods are numbered on the page
 * from `firstSeries` on.
 */
export async function acrossData(
  groups: readonly ComparableStudies[],
  firstSeries: number,
): Promise<{ readonly section: Html; readonly methods: readonly string[] } | undefined> {
  if (groups.length < 2) return undefined;
  const across = acrossTasks(groups.flatMap(tasksOf));
  if (across === undefined) return undefined;
  const { tasks, methods, diverged } = across;
  const metric = primaryMetric(groups.flatMap(({ studies }) => studies).flatMap(({ rows }) => rows));
  const context = { prefix: "across-", methods, firstSeries, metric };
  const shown = { methods, firstSeries, of: ", across data sets" };
  const pictures = [
    {
      name: "robust-means",
      spec: robustMeansChart(across),
      caption: "The mean of the middle half of all runs: no single data set or seed decides it.",
    },
    {
      name: "performance-profiles",
      spec: performanceProfilesChart(across),
      caption:
        "A line that lies above another at every score is that of the better method. Lines that cross have no winner.",
    },
  ];
  const figures: Html[] = [];
  for (const picture of pictures) {
    figures.push(figureHtml({ ...picture, svg: await drawSvg(picture.spec) }, context));
  }
  const section = html`<section aria-labelledby="across">
<h2 id="across">Across data sets</h2>
<p class="explanation">${listed(tasks)}: ${count(methods.length, "method")} and the sparsities that all of them have. A score is a run's ${metric.noun} over that of the dense networks of its data, so that 1 is as good as dense on any of them. After Agarwal et al. 2021; intervals are of ${(2000).toLocaleString("en-US")} bootstrap samples, drawn within each data set and method.${diverged === 0 ? "" : ` ${count(diverged, "diverged run")} without a score left out.`}</p>
<ul>${improvementSentences(across).map((sentence) => html`<li>${sentence}</li>\n`)}</ul>
<p class="hint keys unseen" id="across-chart-keys">Point at a mark to read it.</p>
${figures}
${sortable(
  "Interquartile means",
  ["Sparsity", "Interquartile mean", "95% interval", "Runs"],
  across.points.map(({ method, sparsity, iqm, runs }) => ({
    method,
    cells: [
      { text: percent(sparsity), value: sparsity },
      { text: scoreText(iqm.value), value: iqm.value },
      intervalCell(iqm),
      { text: String(runs), value: runs },
    ],
  })),
  shown,
  "heading",
)}
${sortable(
  "Probability of improvement",
  ["over", "Probability", "95% interval"],
  across.improvements.map(({ method, over, probability }) => ({
    method,
    cells: [
      { text: over, value: over },
      { text: scoreText(probability.value), value: probability.value },
      intervalCell(probability),
    ],
  })),
  shown,
  "heading",
)}
</section>`;
  return { section, methods };
}

/** The rows of a set of data by network, without methods that several of its studies have: which one would count? */
function tasksOf({ label, studies }: ComparableStudies): Task[] {
  const named = studies.flatMap(({ name, rows }) => rows.map((row) => ({ ...row, study: name })));
  const networks = groupBy(named, ({ model }) => model);
  return [...networks].map(([model, rows]) => {
    const sources = groupBy(rows, ({ method }) => method);
    const single = [...sources.values()].filter((of) => new Set(of.map(({ study }) => study)).size === 1);
    return { name: `${label.split(",")[0]}, ${model}`, rows: single.flat() };
  });
}

/** Of which two methods a difference is told from chance, and of how many it is not. */
function improvementSentences({ improvements }: AcrossTasks): string[] {
  const told = improvements.filter(({ probability: { ci95 } }) => ci95 !== null && ci95.low > 0.5);
  const open = improvements.length - told.length;
  return [
    ...told
      .toSorted((a, b) => b.probability.value - a.probability.value)
      .slice(0, 5)
      .map(
        ({ method, over, probability }) =>
          `A run of ${method} is better than one of ${over} with probability ${probability.value.toFixed(2)}${intervalWords(probability)}.`,
      ),
    ...(open === 0
      ? []
      : [
          `Of ${count(open, "pair")} of methods the interval holds one half: the runs do not tell which is better.`,
        ]),
  ];
}

function intervalWords({ ci95 }: Estimate): string {
  return ci95 === null ? "" : ` (95% interval ${ci95.low.toFixed(2)} to ${ci95.high.toFixed(2)})`;
}

function intervalCell({ ci95 }: Estimate): Cell {
  if (ci95 === null) return { text: "", value: "" };
  return { text: `${scoreText(ci95.low)} to ${scoreText(ci95.high)}`, value: ci95.high - ci95.low };
}
