import { type ChartData, renderCharts } from "../render.ts";
import { renderReport } from "./page.ts";
import type { ReportedStudy } from "./reproduce.ts";

export const REPORT_FILE = "report.html";
export const CHARTS_FOLDER = "charts";

/** A file by its name within the results folder. */
export type OutputFile = readonly [name: string, content: string | Uint8Array];

/** Everything that is drawn of a study: each chart as specification, SVG and PNG, and the report. */
export async function drawStudy(study: ReportedStudy, data: ChartData): Promise<OutputFile[]> {
  const charts = await renderCharts(data);
  return [
    ...charts.flatMap(({ name, spec, svg, png }): OutputFile[] => [
      [`${CHARTS_FOLDER}/${name}.vl.json`, `${JSON.stringify(spec, null, 2)}\n`],
      [`${CHARTS_FOLDER}/${name}.svg`, svg],
      [`${CHARTS_FOLDER}/${name}.png`, png()],
    ]),
    [REPORT_FILE, await renderReport({ studies: [study], data, charts })],
  ];
}

/** The report of several studies, their curves laid over each other. */
export async function drawOverlay(studies: readonly ReportedStudy[], data: ChartData): Promise<string> {
  return renderReport({ studies, data, charts: await renderCharts(data) });
}
