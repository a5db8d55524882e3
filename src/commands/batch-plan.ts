import path from "node:path";
import { count } from "../charts/parts/titles.ts";
import type { BatchPlan } from "../library/batch.ts";
import type { StudyForecast } from "../library/forecast.ts";
import { planReport } from "./plan-report.ts";
import { formatTable } from "./table.ts";

/** The plan of each sweep, for `batch --dry-run --json`: as that of `sweep --dry-run`, and what is done already. */
export function batchPlanFacts({ sweeps }: BatchPlan) {
  return sweeps.map(({ outline, folder, runs, stored, shared, missing, steps, costShare, conflicts }) => ({
    event: "plan",
    ...planReport(outline, folder).facts,
    toCompute: { runs, stored, shared, missing, steps, costShare, conflicts },
  }));
}

/** The same as a table, with a sum, and a sentence for each sweep that cannot be continued. */
export function batchPlanText({ out, sweeps }: BatchPlan): string {
  const number = (value: number) => value.toLocaleString("en");
  const sum = (of: (sweep: StudyForecast) => number) => sweeps.reduce((total, sweep) => total + of(sweep), 0);
  const header = ["sweep", "data", "model", "runs", "stored", "shared", "to run", "steps", "cost"];
  const rows = sweeps.map(({ outline, runs, stored, shared, missing, steps, costShare }) => [
    outline.options.name,
    outline.dataset.name,
    outline.options.model.name,
    number(runs),
    number(stored),
    number(shared),
    number(missing),
    number(steps),
    `${Math.round(100 * costShare)}%`,
  ]);
  const missing = sum((sweep) => sweep.missing);
  const refused = sweeps.filter(({ conflicts }) => conflicts.length > 0);
  const lines = [
    "",
    `${count(sweeps.length, "sweep")}, to be written to ${path.normalize(out)}: ${count(missing, "run")} to compute, ` +
      `${number(sum(({ steps }) => steps))} optimizer steps.`,
    "stored: done already, here or in another sweep's folder. shared: equal to a run of a sweep above.",
    ...refused.map(
      ({ folder, conflicts }) =>
        `${folder} holds a sweep with other settings and cannot be continued:\n${conflicts.map((line) => `  ${line}`).join("\n")}`,
    ),
    "Nothing was computed or written.",
  ];
  return `${formatTable(header, rows)}${lines.join("\n")}\n`;
}
