import type { ChartData } from "../../charts/chart.ts";
import { withLabels } from "../../charts/labels.ts";
import { embedFont } from "../../charts/rendering/embed-font.ts";
import type { Pictures } from "../../charts/rendering/picture-pool.ts";
import { renderCharts } from "../../charts/rendering/render.ts";
import { withinLimits } from "../../charts/rendering/within-limits.ts";
import { apartSentence, comparable } from "./comparable.ts";
import { type OverlaidStudy, overlay } from "./overlay.ts";
import { renderReport } from "./page.ts";
import type { PanelContent } from "./panel.ts";
import type { ReportedStudy } from "./reproduce.ts";

export const REPORT_FILE = "report.html";
export const CHARTS_FOLDER = "charts";

/** A file by its name within the results folder. */
export type OutputFile = readonly [name: string, content: string | Uint8Array];

/** Everything that is drawn of a study, by its labels: each chart as specification, SVG and PNG, and the report. */
export async function drawStudy(
  study: ReportedStudy,
  rows: ChartData,
  { rasterize, subsetFont }: Pictures,
): Promise<OutputFile[]> {
  const data = withLabels(rows, study.manifest?.labels);
  const pngs: Promise<Uint8Array>[] = [];
  const charts = await renderCharts(data, ({ svg }) => {
    const png = rasterize(svg);
    // A failure is met below, where it is waited for.
    png.catch(() => {});
    pngs.push(png);
  });
  const { data: shown, note } = withinLimits(data);
  const report = await renderReport([{ label: "", studies: [study], data: shown, note, charts }]);
  const svgs = await embedFont(
    charts.map(({ svg }) => svg),
    subsetFont,
  );
  const pictures = await Promise.all(pngs);
  return [
    ...charts.flatMap(({ chart: { name }, spec }, i): OutputFile[] => [
      [`${CHARTS_FOLDER}/${name}.vl.json`, `${JSON.stringify(spec, null, 2)}\n`],
      [`${CHARTS_FOLDER}/${name}.svg`, svgs[i] as string],
      [`${CHARTS_FOLDER}/${name}.png`, pictures[i] as Uint8Array],
    ]),
    [REPORT_FILE, report],
  ];
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
