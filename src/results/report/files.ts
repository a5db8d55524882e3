import type { ChartData } from "../../charts/chart.ts";
import { withLabels } from "../../charts/labels.ts";
import { embedFont } from "../../charts/rendering/embed-font.ts";
import type { Pictures } from "../../charts/rendering/picture-pool.ts";
import { renderCharts } from "../../charts/rendering/render.ts";
import { withinLimits } from "../../charts/rendering/within-limits.ts";
import type { ManifestCharts } from "../../recording/manifest.ts";
import { apartSentence, comparable } from "./comparable.ts";
import { chartFileNames, type DrawnCharts, type OutputFile, specText } from "./drawn-charts.ts";
import { type OverlaidStudy, overlay } from "./overlay.ts";
import { renderReport } from "./page.ts";
import type { PanelContent } from "./panel.ts";
import type { ReportedStudy } from "./reproduce.ts";

export const REPORT_FILE = "report.html";

/** What makes pictures, and what is there of them already. */
export interface Drawing extends Pictures {
  readonly drawn: DrawnCharts;
}

export interface DrawnStudy {
  readonly files: readonly OutputFile[];
  /** Those of them that stand in the folder as they are. */
  readonly unchanged: ReadonlySet<string>;
  /** What the manifest says of the charts. */
  readonly charts: ManifestCharts;
}

/**
 * Everything that is drawn of a study, by its labels: each chart as specification, SVG and PNG, and the report. A chart that
 * shows what it showed before is not laid out again.
 */
export async function drawStudy(
  study: ReportedStudy,
  rows: ChartData,
  { rasterize, subsetFont, drawn }: Drawing,
): Promise<DrawnStudy> {
  const data = withLabels(rows, study.manifest?.labels);
  const pngs = new Map<string, Promise<Uint8Array>>();
  const charts = await renderCharts(data, {
    drawn: (chart) => drawn.svgOf(chart),
    onDrawn: ({ chart, svg }) => {
      const png = rasterize(svg);
      // A failure is met below, where it is waited for.
      png.catch(() => {});
      pngs.set(chart.name, png);
    },
  });
  const { data: shown, note } = withinLimits(data);
  const report = await renderReport([{ label: "", studies: [study], data: shown, note, charts }]);
  // The font in each has the characters of all.
  const svgs =
    pngs.size === 0 && drawn.areAll(charts)
      ? charts.map(({ chart }) => drawn.content(chartFileNames(chart.name).svg))
      : await embedFont(
          charts.map(({ svg }) => svg),
          subsetFont,
        );
  const files: OutputFile[] = [];
  for (const [i, { chart, spec }] of charts.entries()) {
    const names = chartFileNames(chart.name);
    files.push(
      [names.spec, specText(spec)],
      [names.svg, svgs[i] as string | Uint8Array],
      [names.png, (await pngs.get(chart.name)) ?? drawn.content(names.png)],
    );
  }
  return {
    files: [...files, [REPORT_FILE, report]],
    unchanged: drawn.unchanged(files),
    charts: drawn.entryOf(files),
  };
}

/** The report of several studies, the curves of those that can be compared laid over each other. */
export async function drawOverlay(studies: readonly OverlaidStudy[]): Promise<string> {
  const groups = comparable(studies);
  const panels: PanelContent[] = [];
  for (const { label, studies: of } of groups) {
    const data = overlay(of, { alone: studies.length === 1 });
    panels.push({ label, studies: of, ...withinLimits(data), charts: await renderCharts(data) });
  }
  return renderReport(panels, { apart: apartSentence(groups), groups });
}
